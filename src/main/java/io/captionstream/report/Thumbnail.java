package io.captionstream.report;

import static java.util.Objects.requireNonNull;

import io.captionstream.image.DecodedImage;
import io.captionstream.image.ImageDecoder;
import io.captionstream.image.ImageException;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ResizeMode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * A picture small enough to live inside a page.
 *
 * @param uri {@code data:} with a JPEG
 */
record Thumbnail(String uri, int width, int height) {
    private static final int LONGER_SIDE = 320;
    private static final float JPEG_QUALITY = 0.8f;
    private static final ImageDecoder DECODER = ImageDecoder.withDefaultLimits();

    /**
     * Makes a thumbnail in the picture's proportions.
     *
     * @throws IOException if the file cannot be read
     * @throws ImageException if it cannot be decoded
     */
    static Thumbnail of(Path file) throws IOException, ImageException {
        byte[] encoded = Files.readAllBytes(file);
        // Once for the size, which depends on the orientation, and once for the pixels.
        DecodedImage probe = DECODER.decode(encoded, Set.of(ImageGeometry.square(1)));
        double scale = Math.min(1.0, (double) LONGER_SIDE / Math.max(probe.width(), probe.height()));
        ImageGeometry geometry =
                new ImageGeometry(side(probe.height(), scale), side(probe.width(), scale), ResizeMode.STRETCH);
        byte[] rgb = requireNonNull(
                DECODER.decode(encoded, Set.of(geometry)).pixels().get(geometry));
        String jpeg = Base64.getEncoder().encodeToString(jpeg(rgb, geometry));
        return new Thumbnail("data:image/jpeg;base64," + jpeg, geometry.width(), geometry.height());
    }

    private static int side(int pixels, double scale) {
        return Math.max(1, (int) Math.round(pixels * scale));
    }

    private static byte[] jpeg(byte[] rgb, ImageGeometry geometry) throws IOException {
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
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
