package io.captionstream.tail;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class TerminalGraphicsTest {
    private static final byte[] RED_OVER_BLUE = {(byte) 255, 0, 0, 0, 0, (byte) 255};

    @Test
    void shouldTakeWhatTheTerminalCan() {
        assertThat(TerminalGraphics.of(Map.of("TERM", "xterm-kitty"))).contains(TerminalGraphics.KITTY);
        assertThat(TerminalGraphics.of(Map.of("TERM_PROGRAM", "iTerm.app", "COLORTERM", "truecolor")))
                .contains(TerminalGraphics.ITERM);
        assertThat(TerminalGraphics.of(Map.of("TERM", "xterm-256color", "COLORTERM", "truecolor")))
                .contains(TerminalGraphics.BLOCKS);
        assertThat(TerminalGraphics.of(Map.of("TERM", "xterm-kitty", "TMUX", "1", "COLORTERM", "24bit")))
                .contains(TerminalGraphics.BLOCKS);
        assertThat(TerminalGraphics.of(Map.of("TERM", "dumb"))).isEmpty();
    }

    @Test
    void shouldPutTwoPixelsIntoABlock() {
        assertThat(TerminalGraphics.BLOCKS.render(RED_OVER_BLUE, 1, 2))
                .isEqualTo("\u001b[38;2;255;0;0;48;2;0;0;255m\u2580\u001b[0m\n");
        // The last row of an odd number has nothing beneath.
        assertThat(TerminalGraphics.BLOCKS.render(RED_OVER_BLUE, 2, 1))
                .isEqualTo("\u001b[38;2;255;0;0m\u2580\u001b[38;2;0;0;255m\u2580\u001b[0m\n");
    }

    @Test
    void shouldSendPixelsInChunks() {
        byte[] pixels = new byte[64 * 64 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }

        Matcher chunks = Pattern.compile("\u001b_G([^;]*);([^\u001b]*)\u001b\\\\")
                .matcher(TerminalGraphics.KITTY.render(pixels, 64, 64));
        StringBuilder sent = new StringBuilder();
        String control = "";
        for (int number = 0; chunks.find(); number++) {
            control = chunks.group(1);
            assertThat(control.startsWith("a=T,f=24,s=64,v=64,")).isEqualTo(number == 0);
            assertThat(chunks.group(2)).hasSizeLessThanOrEqualTo(4096);
            sent.append(chunks.group(2));
        }
        assertThat(control).isEqualTo("m=0");
        assertThat(Base64.getDecoder().decode(sent.toString())).isEqualTo(pixels);
    }

    @Test
    void shouldSendAPng() throws IOException {
        String text = TerminalGraphics.ITERM.render(RED_OVER_BLUE, 1, 2);

        assertThat(text).startsWith("\u001b]1337;File=inline=1;").endsWith("\u0007\n");
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(text.substring(text.indexOf(':') + 1, text.length() - 2))));
        assertThat(image.getRGB(0, 0)).isEqualTo(0xffff0000);
        assertThat(image.getRGB(0, 1)).isEqualTo(0xff0000ff);
    }
}
