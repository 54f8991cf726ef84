package io.captionstream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.captionstream.network.MalformedWeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KerasFileTest {
    private static final Path READERS = Path.of("src/test/resources/parity/readers");

    @TempDir
    Path folder;

    /** Keras 1's names, Keras 2's, a whole model, and compressed chunks with names of variable length in any order. */
    @ParameterizedTest
    @ValueSource(strings = {"keras1_weights.h5", "keras2_weights.h5", "keras2_full_model.h5", "keras2_variants.h5"})
    void shouldReadEveryLayoutAlike(String name) throws IOException {
        JsonNode expected = new ObjectMapper()
                .readTree(READERS.resolve("keras_expected.json").toFile())
                .get("weights");
        try (KerasFile file = KerasFile.open(READERS.resolve(name))) {
            assertThat(file.tensors()).hasSize(6);
            for (KerasTensor tensor : file.tensors()) {
                JsonNode weight = expected.get(tensor.layer()).get(tensor.leaf());
                assertThat(tensor.shape()).as(tensor.name()).containsExactly(longs(weight.get("shape")));
                assertThat(file.values(tensor)).as(tensor.name()).containsExactly(floats(weight.get("values")));
            }
        }
    }

    @Test
    void shouldRefuseATruncatedFileWhereverItEnds() throws IOException {
        byte[] whole = Files.readAllBytes(READERS.resolve("keras2_weights.h5"));
        Path file = folder.resolve("truncated.h5");
        for (int length = 0; length < whole.length - 8; length += 97) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> readAll(file))
                    .as("%s bytes", length)
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageContaining("truncated.h5");
        }
    }

    @Test
    void shouldSayThatKeras3IsNotRead() {
        Path file = folder.resolve("model.weights.h5");
        try (var hdf = io.jhdf.HdfFile.write(file)) {
            hdf.putGroup("layers").putGroup("conv2d").putGroup("vars").putDataset("0", new float[] {1});
        }
        assertThatThrownBy(() -> readAll(file)).hasMessageContaining("Keras 3");
    }

    @Test
    void shouldRefuseHdf5OfAnotherProgram() {
        Path file = folder.resolve("other.h5");
        try (var hdf = io.jhdf.HdfFile.write(file)) {
            hdf.putDataset("temperature", new float[] {1});
        }
        assertThatThrownBy(() -> readAll(file)).hasMessageContaining("not written by Keras");
    }

    private static void readAll(Path path) throws IOException {
        try (KerasFile file = KerasFile.open(path)) {
            for (KerasTensor tensor : file.tensors()) {
                file.values(tensor);
            }
        }
    }

    private static long[] longs(JsonNode array) {
        long[] values = new long[array.size()];
        Arrays.setAll(values, i -> array.get(i).asLong());
        return values;
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }
}
