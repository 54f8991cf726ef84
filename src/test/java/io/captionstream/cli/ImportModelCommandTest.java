package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.ModelBundle;
import io.captionstream.model.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportModelCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldMakeABundleThatHasNoWeightsToExport() throws Exception {
        Path model = SavedModels.write(folder.resolve("model"));
        Path out = folder.resolve("bundle");

        assertThat(run(model, out)).isZero();
        assertThat(ModelBundle.open(out).identity().name()).isEqualTo("brightness");
        Path weights = folder.resolve("weights.safetensors");
        assertThat(CaptionstreamCommand.run("export-weights", out.toString(), "--out=" + weights))
                .isEqualTo(1);
        assertThat(weights).doesNotExist();
    }

    @Test
    void shouldRefuseAFolderThatIsNoSavedModel() throws IOException {
        Path out = folder.resolve("bundle");

        assertThat(run(folder, out)).isEqualTo(1);
        assertThat(out).doesNotExist();
    }

    private int run(Path model, Path out) throws IOException {
        Path vocabulary =
                Files.writeString(folder.resolve("vocabulary.txt"), "<pad>\n<start>\n<end>\n<unk>\ndark\nbright\n");
        return CaptionstreamCommand.run(
                "import-model",
                model.toString(),
                "--name=brightness",
                "--vocabulary=" + vocabulary,
                "--image-size=" + SavedModels.IMAGE_SIZE,
                "--out=" + out);
    }
}
