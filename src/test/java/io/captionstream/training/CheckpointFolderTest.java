package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.Weights;
import io.captionstream.training.CheckpointFolder.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    @TempDir
    Path parent;

    @Test
    void shouldHaveNothingBeforeTheFirst() throws IOException {
        assertThat(new CheckpointFolder(parent.resolve("missing")).latest()).isEmpty();
    }

    @Test
    void shouldKeepTheNewestAlone() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent);
        folder.write(new Checkpoint(9, "run", weights(1), weights(2)));
        folder.write(new Checkpoint(10, "run", weights(3), weights(4)));

        assertThat(folder.latest()).contains(new Checkpoint(10, "run", weights(3), weights(4)));
        assertThat(parent).isDirectoryContaining("glob:**/step-10").isDirectoryNotContaining("glob:**/step-9");
    }

    @Test
    void shouldOverlookWhatWasNotFinished() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent);
        folder.write(new Checkpoint(9, "run", weights(1), weights(2)));
        Files.createDirectory(parent.resolve("incomplete-123"));

        assertThat(folder.latest()).contains(new Checkpoint(9, "run", weights(1), weights(2)));
    }

    @Test
    void shouldSayWhichFileIsDamaged() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent);
        folder.write(new Checkpoint(9, "run", weights(1), weights(2)));
        Files.writeString(parent.resolve("step-9/checkpoint.json"), "{");

        assertThatThrownBy(folder::latest).isInstanceOf(IOException.class).hasMessageContaining("checkpoint.json");
    }

    private static Weights weights(float value) {
        return Weights.builder()
                .put("weight", new long[] {2}, new float[] {value, -value})
                .build();
    }
}
