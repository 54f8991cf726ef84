package io.captionstream.tail;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.common.base.Splitter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;

/** How a terminal shows pictures. */
public enum TerminalGraphics {
    /** Kitty's protocol, which Ghostty and Konsole have, too. */
    KITTY(256),
    /** Inline images of iTerm2, which WezTerm and mintty have, too. */
    ITERM(256),
    /** Half blocks in 24-bit colours, two pixels a character. */
    BLOCKS(28);

    private static final String ESCAPE = "\u001b";
    private static final String UPPER_HALF = "\u2580";
    private static final int CHUNK = 4096;
    /** Of a character; it is about twice as high as wide. */
    private static final int CELL_PIXELS = 10;

    private final int side;

    TerminalGraphics(int side) {
        this.side = side;
    }

    /** Longest side of a picture in pixels. */
    public int side() {
        return side;
    }

    /**
     * What a terminal can do, as far as it says so.
     *
     * @param environment variables of the process
     * @return empty if it does not say so
     */
    public static Optional<TerminalGraphics> of(Map<String, String> environment) {
        String terminal = environment.getOrDefault("TERM", "").toLowerCase(Locale.ROOT);
        String program = environment.getOrDefault("TERM_PROGRAM", "").toLowerCase(Locale.ROOT);
        String colors = environment.getOrDefault("COLORTERM", "").toLowerCase(Locale.ROOT);
        // Terminals within terminals swallow what they do not know, but know colours.
        boolean within = environment.containsKey("TMUX") || terminal.startsWith("screen");
        if (!within && (terminal.contains("kitty") || terminal.contains("ghostty") || program.equals("ghostty"))) {
            return Optional.of(KITTY);
        }
        if (!within && (program.equals("iterm.app") || program.equals("wezterm") || program.equals("mintty"))) {
            return Optional.of(ITERM);
        }
        return colors.equals("truecolor") || colors.equals("24bit") ? Optional.of(BLOCKS) : Optional.empty();
    }

    /**
     * What to print for a picture; ends with a line break.
     *
     * @param rgb 8 bit, row-major
     */
    public String render(byte[] rgb, int width, int height) {
        checkArgument(rgb.length == width * height * 3, "not %s x %s pixels: %s bytes", width, height, rgb.length);
        return switch (this) {
            case KITTY -> kitty(rgb, width, height);
            case ITERM -> iterm(rgb, width, height);
            case BLOCKS -> blocks(rgb, width, height);
        };
    }

    private static String kitty(byte[] rgb, int width, int height) {
        StringBuilder text = new StringBuilder();
        Iterator<String> chunks = Splitter.fixedLength(CHUNK)
                .split(Base64.getEncoder().encodeToString(rgb))
                .iterator();
        String control = "a=T,f=24,s=%d,v=%d,".formatted(width, height);
        while (chunks.hasNext()) {
            String chunk = chunks.next();
            text.append(ESCAPE)
                    .append("_G")
                    .append(control)
                    .append("m=")
                    .append(chunks.hasNext() ? 1 : 0)
                    .append(';')
                    .append(chunk)
                    .append(ESCAPE)
                    .append('\\');
            control = "";
        }
        return text.append('\n').toString();
    }

    private static String iterm(byte[] rgb, int width, int height) {
        byte[] png = png(rgb, width, height);
        return "%s]1337;File=inline=1;size=%d;width=%d;preserveAspectRatio=1:%s\u0007\n"
                .formatted(
                        ESCAPE,
                        png.length,
                        Math.max(1, width / CELL_PIXELS),
                        new String(Base64.getEncoder().encode(png), ISO_8859_1));
    }

    private static byte[] png(byte[] rgb, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < width * height; pixel++) {
            image.setRGB(pixel % width, pixel / width, color(rgb, pixel));
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return png.toByteArray();
    }

    private static String blocks(byte[] rgb, int width, int height) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < height; row += 2) {
            for (int column = 0; column < width; column++) {
                text.append(ESCAPE).append("[38;2;").append(code(rgb, row * width + column));
                if (row + 1 < height) {
                    text.append(";48;2;").append(code(rgb, (row + 1) * width + column));
                }
                text.append('m').append(UPPER_HALF);
            }
            text.append(ESCAPE).append("[0m\n");
        }
        return text.toString();
    }

    private static String code(byte[] rgb, int pixel) {
        int color = color(rgb, pixel);
        return (color >> 16) + ";" + (color >> 8 & 0xff) + ";" + (color & 0xff);
    }

    private static int color(byte[] rgb, int pixel) {
        int at = pixel * 3;
        return (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
    }
}
