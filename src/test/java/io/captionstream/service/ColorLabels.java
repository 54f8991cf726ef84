package io.captionstream.service;

import io.captionstream.event.LabeledPair;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Labelled pictures that a tiny network learns in seconds: one colour each, named by a word of the tiny vocabularies. */
final class ColorLabels {
    private static final List<Color> COLORS = List.of(Color.RED, Color.GREEN, Color.BLUE, Color.WHITE);

    private ColorLabels() {}

    static LabeledPair label(int number) {
        Random random = new Random(number);
        int color = number % COLORS.size();
        return LabeledPair.newBuilder()
                .setId("picture-" + number)
                .setContent(ByteBuffer.wrap(picture(COLORS.get(color), random)))
                .setCaptions(List.of("word4 word5 word%d word%d".formatted(6 + color, 10 + color % 2)))
                .build();
    }

    /** No two are the same. */
    private static byte[] picture(Color color, Random random) {
        BufferedImage image = new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(color);
        graphics.fillRect(0, 0, 48, 48);
        for (int dot = 0; dot < 20; dot++) {
            image.setRGB(random.nextInt(48), random.nextInt(48), random.nextInt());
        }
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
