package io.captionstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ThumbnailTest {
    private final ImageDecoder decoder = ImageDecoder.withDefaultLimits();

    @Test
    void shouldKeepProportionsAndColours() throws Exception {
        Thumbnail thumbnail = Thumbnail.of(png(600, 200), 300, decoder);

        assertThat(thumbnail.width()).isEqualTo(300);
        assertThat(thumbnail.height()).isEqualTo(100);
        BufferedImage small = ImageIO.read(new ByteArrayInputStream(thumbnail.jpeg()));
        assertThat(small.getWidth()).isEqualTo(300);
        assertThat(small.getHeight()).isEqualTo(100);
        Color middle = new Color(small.getRGB(150, 50));
        assertThat(middle.getRed()).isGreaterThan(200);
        assertThat(middle.getBlue()).isLessThan(60);
    }

    @Test
    void shouldNotEnlarge() throws Exception {
        assertThat(Thumbnail.of(png(40, 30), 300, decoder))
                .extracting(Thumbnail::width, Thumbnail::height)
                .containsExactly(40, 30);
    }

    @Test
    void shouldRefuseWhatTheDecoderRefuses() throws Exception {
        assertThatThrownBy(() -> Thumbnail.of("no image".getBytes(StandardCharsets.UTF_8), 300, decoder))
                .isInstanceOf(ImageException.class);
        byte[] image = png(100, 100);
        assertThatThrownBy(() -> Thumbnail.of(image, 300, new ImageDecoder(1 << 20, 100)))
                .isInstanceOf(ImageException.class);
    }

    private static byte[] png(int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
