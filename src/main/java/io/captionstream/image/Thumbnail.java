package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * A small picture of an image, in its proportions, and never larger than it.
 *
 * @param jpeg its bytes, not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record Thumbnail(byte[] jpeg, int width, int height) {
    private static final float JPEG_QUALITY = 0.8f;

    public Thumbnail {
        requireNonNull(jpeg, "jpeg is null");
    }

    /**
     * Makes a thumbnail.
     *
     * @param longerSide of the thumbnail in pixels, at most
     * @throws ImageException if the image cannot be decoded within the decoder's limits
     */
    public static Thumbnail of(byte[] encoded, int longerSide, ImageDecoder decoder) throws ImageException {
        checkArgument(longerSide >= 1, "longerSide must be positive: %s", longerSide);
        // Once for the size, which depends on the orientation, and once for the pixels.
        DecodedImage probe = decoder.decode(encoded, Set.of(ImageGeometry.square(1)));
        double scale = Math.min(1.0, (double) longerSide / Math.max(probe.width(), probe.height()));
        ImageGeometry geometry =
                new ImageGeometry(side(probe.height(), scale), side(probe.width(), scale), ResizeMode.STRETCH);
        byte[] rgb = requireNonNull(
                decoder.decode(encoded, Set.of(geometry)).pixels().get(geometry));
        return new Thumbnail(jpeg(rgb, geometry), geometry.width(), geometry.height());
    }

    private static int side(int pixels, double scale) {
        return Math.max(1, (int) Math.round(pixels * scale));
    }

    private static byte[] jpeg(byte[] rgb, ImageGeometry geometry) {
        BufferedImage image = new BufferedImage(geometry.width(), geometry.height(), BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < geometry.width() * geometry.height(); pixel++) {
            int at = 3 * pixel;
            image.setRGB(
                    pixel % geometry.width(),
                    pixel / geometry.width(),
                    (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | (rgb[at + 2] & 0xff));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            // Into memory.
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
