package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.Weights;
import io.captionstream.training.CheckpointFolder.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
        folder.write(checkpoint(9, 1));
        folder.write(checkpoint(10, 3));

        assertThat(folder.latest()).contains(checkpoint(10, 3));
        assertThat(parent).isDirectoryContaining("glob:**/step-10").isDirectoryNotContaining("glob:**/step-9");
    }

    @Test
    void shouldOverlookWhatWasNotFinished() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent);
        folder.write(checkpoint(9, 1));
        Files.createDirectory(parent.resolve("incomplete-123"));

        assertThat(folder.latest()).contains(checkpoint(9, 1));
    }

    @Test
    void shouldSayWhichFileIsDamaged() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent);
        folder.write(checkpoint(9, 1));
        Files.writeString(parent.resolve("step-9/checkpoint.json"), "{");

        assertThatThrownBy(folder::latest).isInstanceOf(IOException.class).hasMessageContaining("checkpoint.json");
    }

    private static Checkpoint checkpoint(long steps, int value) {
        TrainingHistory history = TrainingHistory.EMPTY.with(
                new EpochResult(1, 0.5 * value, Double.NaN, 0.001, Map.of(TrainingHistory.CIDER, 0.25)));
        return new Checkpoint(
                steps, "run", weights(value), weights(value + 1), 0.125, history, Optional.of(weights(value + 2)));
    }

    private static Weights weights(float value) {
        return Weights.builder()
                .put("weight", new long[] {2}, new float[] {value, -value})
                .build();
    }
}
