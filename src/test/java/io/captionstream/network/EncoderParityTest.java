package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

/** The full-size encoders, folded, against torchvision and keras-applications, see {@link ParityFixtures}. */
class EncoderParityTest {
    private static final Pattern KERAS_BLOCK = Pattern.compile("conv(\\d)_block(\\d)_(\\d)_(conv|bn)");
    private static final JsonNode ENCODERS =
            ParityFixtures.json("parity-seed1.json").get("encoders");

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
            String model, Architecture architecture, EncoderVariant variant, Preprocessing preprocessing) {
        JsonNode expected = ENCODERS.get(model);
        int size = expected.get("size").asInt();
        long seed = expected.get("gen_seed").asLong();
        NetworkConfig config = new NetworkConfig(architecture, size, 1, 8, 8, 8, 4, variant, preprocessing);
        float[] features = encode(config, weights(model, seed), seed);
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

    private static Weights weights(String model, long seed) {
        Weights.Builder weights = Weights.builder();
        for (JsonNode row : ENCODERS.get(model).get("tensors")) {
            String name = row.get(0).asText();
            long[] shape = ParityFixtures.shape(row);
            float[] values = ParityFixtures.tensor(row, seed);
            if (!model.startsWith("keras")) {
                weights.put(Encoder.PREFIX + name, shape, values);
                continue;
            }
            long[] stored = shape.length == 4 ? new long[] {shape[3], shape[2], shape[0], shape[1]} : shape;
            weights.put(
                    Encoder.PREFIX + torchName(name),
                    stored,
                    shape.length == 4 ? Layout.CONVOLUTION.toStored(values, stored) : values);
        }
        return weights.build();
    }

    /** The torchvision name of a Keras tensor such as {@code conv2_block1_0_bn/moving_mean:0}. */
    private static String torchName(String keras) {
        String layer = keras.substring(0, keras.indexOf('/'));
        String leaf =
                switch (keras.substring(keras.indexOf('/') + 1)) {
                    case "kernel:0", "gamma:0" -> "weight";
                    case "bias:0", "beta:0" -> "bias";
                    case "moving_mean:0" -> "running_mean";
                    case "moving_variance:0" -> "running_var";
                    default -> throw new IllegalArgumentException(keras);
                };
        return torchLayer(layer) + "." + leaf;
    }

    private static String torchLayer(String layer) {
        if (layer.equals("conv1_conv")) {
            return "conv1";
        }
        if (layer.equals("conv1_bn")) {
            return "bn1";
        }
        Matcher block = KERAS_BLOCK.matcher(layer);
        if (block.matches()) {
            boolean convolution = block.group(4).equals("conv");
            String prefix = "layer" + (Integer.parseInt(block.group(1)) - 1) + "."
                    + (Integer.parseInt(block.group(2)) - 1) + ".";
            return block.group(3).equals("0")
                    ? prefix + "downsample." + (convolution ? 0 : 1)
                    : prefix + (convolution ? "conv" : "bn") + block.group(3);
        }
        int number = Integer.parseInt(layer.substring(layer.lastIndexOf('_') + 1));
        return inceptionModules().get(number - 1) + (layer.startsWith("conv2d") ? ".conv" : ".bn");
    }

    /** Keras numbers the layers of InceptionV3 in the order in which torchvision lists its modules. */
    private static List<String> inceptionModules() {
        List<String> modules = new ArrayList<>();
        for (JsonNode row : ENCODERS.get("tv_inception_v3").get("tensors")) {
            String name = row.get(0).asText();
            if (name.endsWith(".conv.weight") && !name.startsWith("AuxLogits")) {
                modules.add(name.substring(0, name.length() - ".conv.weight".length()));
            }
        }
        return modules;
    }
}
