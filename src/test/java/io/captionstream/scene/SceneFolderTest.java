package io.captionstream.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneFolderTest {
    @TempDir
    Path folder;

    @Test
    void shouldWritePicturesAndTheirCaptions() throws IOException {
        SceneGenerator generator = new SceneGenerator(5);
        AtomicInteger written = new AtomicInteger();

        new SceneFolder(folder).write(generator, 3, written::addAndGet);

        assertThat(written).hasValue(3);
        List<String> lines = Files.readAllLines(folder.resolve(SceneFolder.CAPTIONS_FILE));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(2))
                .isEqualTo("{\"image\":\"images/000002.jpg\",\"captions\":[\"%s\"]}"
                        .formatted(generator.scene(2).caption()));
        assertThat(ImageIO.read(folder.resolve("images/000002.jpg").toFile()).getWidth())
                .isEqualTo(Scene.SIZE);
    }
}
