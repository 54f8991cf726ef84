package io.captionstream.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.List;
import org.junit.jupiter.api.Test;

class SceneRendererTest {
    private final SceneRenderer renderer = new SceneRenderer();

    @Test
    void shouldPaintEveryShapeInItsColor() {
        SceneGenerator generator = new SceneGenerator(3);
        for (int index = 0; index < 200; index++) {
            Scene scene = generator.scene(index);
            BufferedImage image = renderer.render(scene);
            for (SceneObject object : scene.objects()) {
                int painted = image.getRGB((int) object.x(), (int) object.y());
                for (int shift = 0; shift <= 16; shift += 8) {
                    int difference = (painted >> shift & 0xff) - (object.rgb() >> shift & 0xff);
                    assertThat(Math.abs(difference))
                            .isLessThanOrEqualTo(scene.background().noise());
                }
            }
        }
    }

    @Test
    void shouldPaintTheSamePictureAgain() {
        Scene scene = new SceneGenerator(3).scene(0);
        assertThat(pixels(renderer.render(scene))).isEqualTo(pixels(renderer.render(scene)));
    }

    @Test
    void shouldPaintDifferentOutlines() {
        Background ground = new Background(0xffffff, 0xffffff, false, 0, 0);
        List<byte[]> pictures = List.of(ShapeKind.values()).stream()
                .map(kind -> new SceneObject(kind, ShapeColor.RED, ShapeSize.LARGE, 128, 128, 50, 0, 0xd62728))
                .map(object -> new Scene(List.of(object), List.of(), ground))
                .map(scene -> pixels(renderer.render(scene)))
                .toList();
        assertThat(pictures).doesNotHaveDuplicates();
    }

    @Test
    void shouldPaintTheHoleOfARingDark() {
        Background ground = new Background(0xffffff, 0xffffff, false, 0, 0);
        SceneObject ring = new SceneObject(ShapeKind.RING, ShapeColor.RED, ShapeSize.LARGE, 128, 128, 50, 0, 0xd62728);
        BufferedImage image = renderer.render(new Scene(List.of(ring), List.of(), ground));

        assertThat(image.getRGB(128, 128)).isEqualTo(0xff202020);
        assertThat(image.getRGB(128 + 37, 128)).isEqualTo(0xffd62728);
    }

    private static byte[] pixels(BufferedImage image) {
        return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    }
}
