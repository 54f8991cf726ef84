package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.Alternative;
import io.captionstream.model.BundleException;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowVocabularyCommandTest {
    private static final Path BUNDLE = Path.of("src/demo/models/inceptionv3-glove");
    private static final int IMAGES = 8;

    @TempDir
    Path folder;

    @Test
    void shouldCaptionAsBeforeWithMoreWords() throws IOException, BundleException, InferenceException {
        Path out = folder.resolve("grown");
        Path words = Files.writeString(folder.resolve("words.txt"), "hexagon\nred\n\npentagon\n");
        Path glove = Files.writeString(folder.resolve("glove.txt"), "hexagon" + " 0.25".repeat(50) + "\n");

        int code = CaptionstreamCommand.run(
                "grow-vocabulary",
                BUNDLE.toString(),
                "--words=" + words,
                "--glove=" + glove,
                "--bundle-version=2",
                "--out=" + out);

        assertThat(code).isZero();
        ModelBundle old = ModelBundle.open(BUNDLE);
        ModelBundle grown = ModelBundle.open(out);
        int size = old.vocabulary().size();
        assertThat(grown.vocabulary().words().subList(0, size))
                .isEqualTo(old.vocabulary().words());
        assertThat(grown.vocabulary().words().subList(size, size + 2)).containsExactly("hexagon", "pentagon");
        assertThat(grown.manifest().version()).isEqualTo("2");
        assertThat(grown.manifest().metrics()).isEmpty();
        assertThat(grown.manifest().lineage()).containsEntry("grownFrom", old.digest());
        assertThat(captions(grown)).isEqualTo(captions(old));
    }

    @Test
    void shouldRefuseWordsThatAreAllKnown() throws IOException {
        Path words = Files.writeString(folder.resolve("words.txt"), "red\ncircle\n");
        Path out = folder.resolve("grown");

        assertThat(CaptionstreamCommand.run(
                        "grow-vocabulary", BUNDLE.toString(), "--words=" + words, "--bundle-version=2", "--out=" + out))
                .isEqualTo(1);
        assertThat(out).doesNotExist();
    }

    private static List<String> captions(ModelBundle bundle) throws InferenceException {
        byte[] bytes = new byte[IMAGES * bundle.manifest().input().bytes()];
        new Random(1).nextBytes(bytes);
        ByteBuffer images = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.defaults())) {
            return captioner.caption(images, IMAGES, bundle.manifest().decoding()).stream()
                    .map(alternatives -> alternatives.get(0))
                    .map(Alternative::text)
                    .toList();
        }
    }
}
