package io.captionstream.bench;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** JPEG pictures with the size and detail of photographs. */
final class Photos {
    private Photos() {}

    /** Distinct pictures of {@code width} by {@code height} pixels, the same for the same count. */
    static List<byte[]> make(int count, int width, int height) {
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(index -> jpeg(paint(new SplittableRandom(index), width, height)))
                .toList();
    }

    private static BufferedImage paint(SplittableRandom random, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setPaint(new GradientPaint(0, 0, new Color(90, 140, 220), width, height, new Color(60, 120, 60)));
        graphics.fillRect(0, 0, width, height);
        for (int i = 0; i < 120; i++) {
            graphics.setColor(new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256), 120));
            graphics.fill(new Ellipse2D.Double(
                    random.nextInt(width),
                    random.nextInt(height),
                    random.nextInt(width / 5) + 1,
                    random.nextInt(height / 5) + 1));
        }
        graphics.dispose();
        addNoise(image, random);
        return image;
    }

    // Without noise the files would be a tenth of a photograph's size, and their decoding too quick.
    private static void addNoise(BufferedImage image, SplittableRandom random) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                int noise = random.nextInt(-9, 10);
                image.setRGB(x, y, noisy(rgb >> 16, noise) << 16 | noisy(rgb >> 8, noise) << 8 | noisy(rgb, noise));
            }
        }
    }

    private static int noisy(int channel, int noise) {
        return Math.max(0, Math.min(255, (channel & 0xff) + noise));
    }

    private static byte[] jpeg(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(0.9f);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
