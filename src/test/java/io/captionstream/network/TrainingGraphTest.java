package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingGraphTest {
    private static final int BATCH = 5;

    static NetworkConfig[] networks() {
        return new NetworkConfig[] {
            TinyNetworks.resnet(),
            TinyNetworks.inception(),
            TinyNetworks.config(Architecture.RESNET50_LSTM, 32, EncoderVariant.KERAS, Preprocessing.CAFFE),
            TinyNetworks.config(
                    Architecture.INCEPTIONV3_GLOVE, 75, EncoderVariant.TORCHVISION, Preprocessing.PLUS_MINUS_ONE),
        };
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldLearnABatchByHeart(NetworkConfig config) {
        ByteBuffer images = TinyNetworks.images(config, BATCH, 1);
        int[][] captions = TinyNetworks.captions(BATCH);
        try (TrainingGraph graph = new TrainingGraph(config, TrainingOptions.defaults(), 7)) {
            float first = graph.step(images, captions, 0.01f);
            float last = first;
            for (int step = 0; step < 80; step++) {
                last = graph.step(images, captions, 0.01f);
            }
            assertThat(first).isCloseTo((float) Math.log(TinyNetworks.VOCABULARY), within(1f));
            assertThat(last).isLessThan(first / 3);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldGiveTheSameWeightsBitForBitFromTheSameSeed(NetworkConfig config) {
        TrainingOptions options = new TrainingOptions(true, true, 1, 0.8, 0.1);
        Weights first = trained(config, options, 3);
        assertThat(trained(config, options, 3)).isEqualTo(first);
        assertThat(trained(config, options, 4)).isNotEqualTo(first);
    }

    private static Weights trained(NetworkConfig config, TrainingOptions options, long seed) {
        try (TrainingGraph graph = new TrainingGraph(config, options, seed)) {
            for (int step = 0; step < 4; step++) {
                graph.step(TinyNetworks.images(config, BATCH, step), TinyNetworks.captions(BATCH), 0.001f);
            }
            return graph.weights();
        }
    }

    @Test
    void shouldGoOnFromACheckpointAsIfNeverInterrupted() {
        NetworkConfig config = TinyNetworks.resnet();
        TrainingOptions options = new TrainingOptions(true, true, 1, 0.8, 0.1);
        ByteBuffer images = TinyNetworks.images(config, BATCH, 1);
        int[][] captions = TinyNetworks.captions(BATCH);
        try (TrainingGraph whole = new TrainingGraph(config, options, 3);
                TrainingGraph resumed = new TrainingGraph(config, options, 3)) {
            whole.step(images, captions, 0.01f);
            Weights weights = whole.weights();
            Weights state = whole.optimizerState();
            whole.step(images, captions, 0.01f);

            resumed.load(weights);
            resumed.loadOptimizerState(state);
            resumed.step(images, captions, 0.01f);

            assertThat(resumed.weights()).isEqualTo(whole.weights());
            assertThat(resumed.optimizerState()).isEqualTo(whole.optimizerState());
        }
    }

    @Test
    void shouldLeaveAFrozenEncoderAndEmbeddingAsTheyAre() {
        NetworkConfig config = TinyNetworks.inception();
        TrainingOptions options = new TrainingOptions(false, false, 5, 1, 0.1);
        try (TrainingGraph graph = new TrainingGraph(config, options, 3)) {
            Weights before = graph.weights();
            graph.step(TinyNetworks.images(config, BATCH, 1), TinyNetworks.captions(BATCH), 0.01f);
            Weights after = graph.weights();
            for (String name : before.names()) {
                boolean frozen = name.startsWith(Encoder.PREFIX) || name.equals(Decoder.EMBEDDING);
                assertThat(after.values(name).equals(before.values(name)))
                        .as(name)
                        .isEqualTo(frozen);
            }
        }
    }

    @Test
    void shouldTrainADecoderOnFeaturesAsOnImages() {
        NetworkConfig config = TinyNetworks.resnet();
        TrainingOptions options = new TrainingOptions(false, true, 5, 1, 0.1);
        ByteBuffer images = TinyNetworks.images(config, BATCH, 1);
        int[][] captions = TinyNetworks.captions(BATCH);
        try (TrainingGraph onImages = new TrainingGraph(config, options, 3);
                TrainingGraph onFeatures = new TrainingGraph(config, options, 3)) {
            float[] features = onFeatures.features(images, BATCH);
            assertThat(features).hasSize(BATCH * onFeatures.featureCount());
            float expected = onImages.step(images, captions, 0.01f);
            assertThat(onFeatures.stepOnFeatures(features, captions, 0.01f)).isEqualTo(expected);
            assertThat(onFeatures.weights()).isEqualTo(onImages.weights());
        }
    }

    @Test
    void shouldMoveTheRunningStatisticsByTheMomentum() {
        NetworkConfig config = TinyNetworks.resnet();
        ByteBuffer images = TinyNetworks.images(config, BATCH, 1);
        String mean = "encoder.bn1.running_mean";
        float[] moved = new float[2];
        for (int i = 0; i < 2; i++) {
            TrainingOptions options = new TrainingOptions(true, true, 5, 1, 0.1 * (i + 1));
            try (TrainingGraph graph = new TrainingGraph(config, options, 3)) {
                graph.step(images, TinyNetworks.captions(BATCH), 0.01f);
                moved[i] = graph.weights().values(mean).get(0);
            }
        }
        assertThat(moved[0]).isNotZero();
        assertThat(moved[1] / moved[0]).isCloseTo(2, within(1e-4f));
    }

    @Test
    void shouldHaveGradientsThatPredictTheLoss() {
        NetworkConfig config = TinyNetworks.resnet();
        ByteBuffer images = TinyNetworks.images(config, BATCH, 1);
        int[][] captions = TinyNetworks.captions(BATCH);
        // With frozen statistics the evaluation loss is the one the gradient is of.
        TrainingOptions options = new TrainingOptions(false, true, 0, 1, 0.1);
        try (TrainingGraph graph = new TrainingGraph(config, options, 3)) {
            Weights weights = graph.weights();
            Weights gradients = graph.gradients(images, captions);
            for (String name : gradients.names()) {
                float[] gradient = floats(gradients, name);
                double norm = 0;
                for (float value : gradient) {
                    norm += value * value;
                }
                norm = Math.sqrt(norm);
                // Along the gradient, so far that the loss changes little more than rounding does: the images of random
                // weights are large.
                double distance = 0.0002 / norm;
                float[] up = floats(weights, name);
                float[] down = floats(weights, name);
                for (int i = 0; i < gradient.length; i++) {
                    up[i] += (float) (distance * gradient[i] / norm);
                    down[i] -= (float) (distance * gradient[i] / norm);
                }
                graph.load(weights.with(
                        Weights.builder().put(name, weights.shape(name), up).build()));
                float above = graph.loss(images, captions);
                graph.load(weights.with(
                        Weights.builder().put(name, weights.shape(name), down).build()));
                float below = graph.loss(images, captions);
                assertThat((above - below) / 0.0004f).as(name).isCloseTo(1f, within(0.05f));
            }
        }
    }

    private static float[] floats(Weights weights, String name) {
        FloatBuffer values = weights.values(name);
        float[] array = new float[values.remaining()];
        values.get(array);
        return array;
    }

    @Test
    void shouldStartFromTheInitialWeights() {
        NetworkConfig config = TinyNetworks.inception();
        try (TrainingGraph graph = new TrainingGraph(config, TrainingOptions.defaults(), 9)) {
            assertThat(graph.weights()).isEqualTo(InitialWeights.of(config, 9));
        }
    }

    @Test
    void shouldEndCaptionsWhereThereIsRoomAndCutLongOnes() {
        int[][] padded = TrainingGraph.padded(new int[][] {{}, {5}, {5, 6, 7}, {5, 6, 7, 8}}, 3);
        assertThat(Arrays.deepToString(padded)).isEqualTo("[[2, 0, 0], [5, 2, 0], [5, 6, 7], [5, 6, 7]]");
    }

    @Test
    void shouldRefuseWeightsOfAnotherNetwork() {
        NetworkConfig config = TinyNetworks.resnet();
        try (TrainingGraph graph = new TrainingGraph(config, TrainingOptions.defaults(), 1)) {
            Weights wrongShape = Weights.builder()
                    .put("decoder.out.bias", new long[] {2}, new float[2])
                    .build();
            assertThatThrownBy(() -> graph.load(wrongShape)).hasMessageContaining("decoder.out.bias");
            Weights unknown = Weights.builder()
                    .put("decoder.nothing", new long[] {1}, new float[1])
                    .build();
            assertThatThrownBy(() -> graph.load(unknown)).hasMessageContaining("decoder.nothing");
            assertThatThrownBy(() -> graph.step(ByteBuffer.allocateDirect(3), new int[1][1], 0.1f))
                    .hasMessageContaining("need 3072 bytes");
        }
    }
}
