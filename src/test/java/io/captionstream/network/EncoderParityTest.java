package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.captionstream.weights.EncoderImport;
import io.captionstream.weights.ImportedEncoder;
import io.captionstream.weights.KerasFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** The full-size encoders, imported from the files they are published as and folded, against torchvision and keras-applications, see {@link ParityFixtures}. */
class EncoderParityTest {
    private static final JsonNode ENCODERS =
            ParityFixtures.json("parity-seed1.json").get("encoders");

    @TempDir
    Path folder;

    static {
        TensorFlowRuntime.ensureLoaded();
    }

    @ParameterizedTest
    @CsvSource({
        "tv_resnet50, RESNET50_LSTM, TORCHVISION, IMAGENET",
        "keras_resnet50, RESNET50_LSTM, KERAS, CAFFE",
        "tv_inception_v3, INCEPTIONV3_GLOVE, TORCHVISION, PLUS_MINUS_ONE",
        "keras_inception_v3, INCEPTIONV3_GLOVE, KERAS, PLUS_MINUS_ONE",
    })
    void shouldGiveTheFeaturesOfThePublishedNetwork(
            String model, Architecture architecture, EncoderVariant variant, Preprocessing preprocessing)
            throws IOException {
        JsonNode expected = ENCODERS.get(model);
        int size = expected.get("size").asInt();
        long seed = expected.get("gen_seed").asLong();
        Path file = folder.resolve("published");
        write(file, model, seed);
        ImportedEncoder encoder = new EncoderImport(architecture, 1).read(file, null);
        assertThat(encoder.variant()).isEqualTo(variant);
        assertThat(encoder.preprocessing()).isEqualTo(preprocessing);
        NetworkConfig config = new NetworkConfig(architecture, size, 1, 8, 8, 8, 4, variant, preprocessing);
        float[] features = encode(config, encoder.weights(), seed);
        assertThat(features).hasSize(2 * 2048);
        for (int image = 0; image < 2; image++) {
            JsonNode values = expected.get("images").get(image);
            double tolerance = 1e-4 * values.get("max").asDouble();
            for (int i = 0; i < 64; i++) {
                int channel = expected.get("channels").get(i).asInt();
                assertThat((double) features[image * 2048 + channel])
                        .as("image %s, channel %s", image, channel)
                        .isCloseTo(values.get("values").get(i).asDouble(), within(tolerance));
            }
            double squares = 0;
            for (int i = 0; i < 2048; i++) {
                squares += features[image * 2048 + i] * features[image * 2048 + i];
            }
            double norm = values.get("l2").asDouble();
            assertThat(Math.sqrt(squares)).isCloseTo(norm, within(1e-4 * norm));
        }
    }

    private static float[] encode(NetworkConfig config, Weights weights, long seed) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Placeholder<TUint8> images = tf.placeholder(TUint8.class, Placeholder.shape(config.imageShape()));
            Operand<TFloat32> features = Encoder.of(config)
                    .encode(tf, new FoldedConvolutions(tf, new ConstantParameters(tf, weights)), images);
            int size = config.imageSize();
            try (Session session = new Session(graph);
                    TUint8 pixels = TUint8.tensorOf(
                            Shape.of(2, size, size, 3), DataBuffers.of(ParityFixtures.images(seed, size)));
                    Result result = session.runner()
                            .feed(images, pixels)
                            .fetch(features)
                            .run()) {
                return VariableParameters.floats((TFloat32) result.get(0));
            }
        }
    }

    /** Writes the file such weights are published as. */
    private static void write(Path file, String model, long seed) throws IOException {
        Weights.Builder weights = Weights.builder();
        Map<String, KerasFiles.Weight> kerasWeights = new LinkedHashMap<>();
        for (JsonNode row : ENCODERS.get(model).get("tensors")) {
            String name = row.get(0).asText();
            long[] shape = ParityFixtures.shape(row);
            float[] values = ParityFixtures.tensor(row, seed);
            weights.put(name, shape, values);
            kerasWeights.put(name, new KerasFiles.Weight(shape, values));
        }
        if (model.startsWith("keras")) {
            KerasFiles.write(file, kerasWeights);
        } else {
            Safetensors.write(file, weights.build(), Map.of("format", "pt"));
        }
    }
}
