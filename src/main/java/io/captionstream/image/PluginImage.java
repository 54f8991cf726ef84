package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CORRUPT_IMAGE;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.captionstream.image.Bitmap.Grid;
import io.captionstream.image.Bitmap.Space;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageReader;

/**
 * GIF (first frame), BMP and WebP through ImageIO readers: the JDK's for the first two, TwelveMonkeys' for WebP. They are
 * picked by name, so that no other installed plugin gets to see the bytes.
 */
final class PluginImage implements EncodedImage {
    private final ImageFormat format;
    private final byte[] encoded;
    private final int width;
    private final int height;
    private final Orientation orientation;

    private PluginImage(ImageFormat format, byte[] encoded, int width, int height, Orientation orientation) {
        this.format = format;
        this.encoded = encoded;
        this.width = width;
        this.height = height;
        this.orientation = orientation;
    }

    static PluginImage open(ImageFormat format, byte[] encoded) throws IOException, ImageException {
        ImageReader reader = reader(format);
        try (ByteArrayImageInput input = new ByteArrayImageInput(encoded)) {
            reader.setInput(input, false, true);
            Orientation orientation = format == ImageFormat.WEBP ? webpOrientation(encoded) : Orientation.NORMAL;
            return new PluginImage(format, encoded, reader.getWidth(0), reader.getHeight(0), orientation);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReader reader(ImageFormat format) throws IOException {
        return format == ImageFormat.WEBP
                ? new WebPImageReaderSpi().createReaderInstance(null)
                : JdkReaders.create(format);
    }

    @Override
    public ImageFormat format() {
        return format;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public Orientation orientation() {
        return orientation;
    }

    @Override
    public boolean canSkipPixels() {
        return false;
    }

    @Override
    public long decodeBytes(Grid grid) {
        // The reader's own copies (up to four bytes a pixel, WebP's twice) and the RGB made of them.
        return (long) width * height * (format == ImageFormat.WEBP ? 11 : 7) + encoded.length;
    }

    @Override
    public Bitmap decode(Grid grid) throws ImageException, IOException {
        ImageReader reader = reader(format);
        try (ByteArrayImageInput input = new ByteArrayImageInput(encoded)) {
            String[] damage = new String[1];
            reader.addIIOReadWarningListener((source, warning) -> damage[0] = warning);
            reader.setInput(input, false, true);
            BufferedImage image = reader.read(0);
            if (damage[0] != null) {
                throw ImageException.decode(
                        CORRUPT_IMAGE, "The " + format + " is damaged: " + Redaction.printable(damage[0]));
            }
            if (image.getWidth() != width || image.getHeight() != height) {
                throw ImageException.decode(CORRUPT_IMAGE, "The " + format + "'s size is not what its header says");
            }
            return new Bitmap(toRgb(image), Space.RGB, grid);
        } finally {
            reader.dispose();
        }
    }

    private static byte[] toRgb(BufferedImage image) {
        byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
        ColorModel colors = image.getColorModel();
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        boolean direct = !(colors instanceof IndexColorModel)
                && colors.getComponentSize(0) <= 8
                && Arrays.stream(colors.getComponentSize()).allMatch(bits -> bits == colors.getComponentSize(0));
        int[] row = new int[image.getWidth() * (direct ? bands : 1)];
        int scale = (1 << colors.getComponentSize(0)) - 1;
        for (int y = 0, to = 0; y < image.getHeight(); y++) {
            if (direct) {
                // Straight from the samples: the colour model would take gray for linear light and brighten it.
                raster.getPixels(0, y, image.getWidth(), 1, row);
            } else {
                image.getRGB(0, y, image.getWidth(), 1, row, 0, image.getWidth());
            }
            for (int x = 0; x < image.getWidth(); x++, to += 3) {
                int alpha = direct ? bands % 2 == 0 ? row[x * bands + bands - 1] * 255 / scale : 255 : row[x] >>> 24;
                for (int i = 0; i < 3; i++) {
                    int value = direct
                            ? row[x * bands + (bands >= 3 ? i : 0)] * 255 / scale
                            : row[x] >> (16 - 8 * i) & 0xff;
                    rgb[to + i] = alpha == 255 ? (byte) value : ColorConversion.overWhite(value, alpha);
                }
            }
        }
        return rgb;
    }

    /** The EXIF chunk of an extended WebP, if there is one. */
    private static Orientation webpOrientation(byte[] encoded) {
        ByteBuffer riff = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        byte[] exif = "EXIF".getBytes(StandardCharsets.US_ASCII);
        long offset = 12;
        while (offset + 8 <= encoded.length) {
            int at = (int) offset;
            long length = Integer.toUnsignedLong(riff.getInt(at + 4));
            if (length > encoded.length - offset - 8) {
                break;
            }
            if (Arrays.equals(encoded, at, at + 4, exif, 0, 4)) {
                ByteBuffer data = ByteBuffer.wrap(encoded, at + 8, (int) length).slice();
                // Some writers put JPEG's "Exif\0\0" in front of the TIFF header.
                boolean prefixed = length > 6 && data.getInt(0) == 0x45786966;
                return ExifReader.orientation(prefixed ? data.slice(6, data.limit() - 6) : data);
            }
            offset += 8 + length + (length & 1);
        }
        return Orientation.NORMAL;
    }
}
