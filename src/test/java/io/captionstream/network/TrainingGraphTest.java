package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captionstream.text.Vocabulary;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingGraphTest {
    private static final int BATCH = 5;

    static NetworkConfig[] presets() {
        return new NetworkConfig[] {TinyNetworks.resnet(), TinyNetworks.inception()};
    }

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
        TrainingBatch batch = batch(config, 1);
        try (TrainingGraph graph = new TrainingGraph(config, TrainingOptions.defaults(), 7)) {
            float first = graph.step(batch, 0.01f);
            float last = first;
            for (int step = 0; step < 80; step++) {
                last = graph.step(batch, 0.01f);
            }
            assertThat(first).isCloseTo((float) Math.log(TinyNetworks.VOCABULARY), within(1f));
            assertThat(last).isLessThan(first / 3);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldGiveTheSameWeightsBitForBitFromTheSameSeed(NetworkConfig config) {
        TrainingOptions options = TrainingOptions.defaults().withGradientNorm(1).withDropout(0.2);
        Weights first = trained(config, options, 3);
        assertThat(trained(config, options, 3)).isEqualTo(first);
        assertThat(trained(config, options, 4)).isNotEqualTo(first);
    }

    private static TrainingBatch batch(NetworkConfig config, int seed) {
        return new TrainingBatch.Pixels(TinyNetworks.images(config, BATCH, seed), TinyNetworks.captions(BATCH));
    }

    private static Weights trained(NetworkConfig config, TrainingOptions options, long seed) {
        try (TrainingGraph graph = new TrainingGraph(config, options, seed)) {
            for (int step = 0; step < 4; step++) {
                graph.step(batch(config, step), 0.001f);
            }
            return graph.weights();
        }
    }

    @Test
    void shouldGoOnFromACheckpointAsIfNeverInterrupted() {
        NetworkConfig config = TinyNetworks.resnet();
        TrainingOptions options = TrainingOptions.defaults().withGradientNorm(1).withDropout(0.2);
        TrainingBatch batch = batch(config, 1);
        try (TrainingGraph whole = new TrainingGraph(config, options, 3);
                TrainingGraph resumed = new TrainingGraph(config, options, 3)) {
            whole.step(batch, 0.01f);
            Weights weights = whole.weights();
            Weights state = whole.optimizerState();
            whole.step(batch, 0.01f);

            resumed.load(weights);
            resumed.loadOptimizerState(state);
            resumed.step(batch, 0.01f);

            assertThat(resumed.weights()).isEqualTo(whole.weights());
            assertThat(resumed.optimizerState()).isEqualTo(whole.optimizerState());
        }
    }

    @Test
    void shouldLeaveAFrozenEncoderAndEmbeddingAsTheyAre() {
        NetworkConfig config = TinyNetworks.inception();
        TrainingOptions options =
                TrainingOptions.defaults().withTrainEncoder(false).withTrainEmbedding(false);
        try (TrainingGraph graph = new TrainingGraph(config, options, 3)) {
            Weights before = graph.weights();
            graph.step(batch(config, 1), 0.01f);
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
        TrainingOptions options = TrainingOptions.defaults().withTrainEncoder(false);
        TrainingBatch batch = batch(config, 1);
        try (TrainingGraph onImages = new TrainingGraph(config, options, 3);
                TrainingGraph onFeatures = new TrainingGraph(config, options, 3)) {
            float[] rows = onFeatures.features(TinyNetworks.images(config, BATCH, 1), BATCH);
            assertThat(rows).hasSize(BATCH * onFeatures.featureCount());
            TrainingBatch features = new TrainingBatch.Features(rows, TinyNetworks.captions(BATCH));
            float expected = onImages.step(batch, 0.01f);
            assertThat(onFeatures.step(features, 0.01f)).isEqualTo(expected);
            assertThat(onFeatures.weights()).isEqualTo(onImages.weights());
        }
    }

    @Test
    void shouldAddUpThePartsOfABatchToTheWhole() {
        NetworkConfig config = TinyNetworks.resnet();
        TrainingOptions options = TrainingOptions.defaults().withTrainEncoder(false);
        TrainingBatch batch = batch(config, 1);
        try (TrainingGraph whole = new TrainingGraph(config, options, 3);
                TrainingGraph cut = new TrainingGraph(config, options, 3)) {
            float expected = whole.step(batch, 0.01f);
            assertThat(cut.step(batch.cut(3), Runnable::run, 0.01f)).isCloseTo(expected, within(1e-5f));
            Weights weights = whole.weights();
            Weights summed = cut.weights();
            for (String name : weights.names()) {
                assertThat(floats(summed, name)).as(name).containsExactly(floats(weights, name), within(1e-4f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("presets")
    void shouldNotDependOnHowManyPartsRunAtATime(NetworkConfig config) {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        TrainingOptions options = TrainingOptions.defaults().withDropout(0.2);
        try (TrainingGraph one = new TrainingGraph(config, options, 3);
                TrainingGraph many = new TrainingGraph(config, options, 3)) {
            for (int step = 0; step < 2; step++) {
                List<TrainingBatch> parts = batch(config, step).cut(3);
                assertThat(many.step(parts, threads, 0.01f)).isEqualTo(one.step(parts, Runnable::run, 0.01f));
            }
            assertThat(many.weights()).isEqualTo(one.weights());
            assertThat(many.optimizerState()).isEqualTo(one.optimizerState());
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void shouldMoveTheRunningStatisticsByTheMeanOfTheParts() {
        NetworkConfig config = TinyNetworks.resnet();
        String mean = "encoder.bn1.running_mean";
        TrainingBatch batch = batch(config, 1).range(0, 4);
        try (TrainingGraph whole = new TrainingGraph(config, TrainingOptions.defaults(), 3);
                TrainingGraph cut = new TrainingGraph(config, TrainingOptions.defaults(), 3)) {
            whole.step(batch, 0.01f);
            cut.step(batch.cut(2), Runnable::run, 0.01f);
            assertThat(floats(cut.weights(), mean)).containsExactly(floats(whole.weights(), mean), within(1e-5f));
        }
    }

    @Test
    void shouldSmoothLabels() {
        NetworkConfig config = TinyNetworks.resnet();
        double smoothing = 0.1;
        TrainingBatch batch = batch(config, 1);
        TrainingOptions options = TrainingOptions.defaults().withTrainEncoder(false);
        try (TrainingGraph plain = new TrainingGraph(config, options, 3);
                TrainingGraph smooth = new TrainingGraph(config, options.withLabelSmoothing(smoothing), 3)) {
            // The gradient by the output bias is the mean of softmax - target; smoothing moves the targets only.
            float[] exact = floats(plain.gradients(batch), "decoder.out.bias");
            float[] smoothed = floats(smooth.gradients(batch), "decoder.out.bias");
            double[] share = new double[config.vocabularySize()];
            int tokens = 0;
            for (int[] caption : TrainingGraph.padded(batch.tokens(), config.maxLength())) {
                for (int token : caption) {
                    if (token != Vocabulary.PAD) {
                        share[token]++;
                        tokens++;
                    }
                }
            }
            for (int token = 0; token < share.length; token++) {
                double expected = exact[token] + smoothing * (share[token] / tokens - 1.0 / share.length);
                assertThat((double) smoothed[token]).isCloseTo(expected, within(1e-6));
            }
            assertThat(smooth.loss(batch)).isEqualTo(plain.loss(batch));
        }
    }

    @Test
    void shouldMoveTheRunningStatisticsByTheMomentum() {
        NetworkConfig config = TinyNetworks.resnet();
        String mean = "encoder.bn1.running_mean";
        float[] moved = new float[2];
        for (int i = 0; i < 2; i++) {
            TrainingOptions options = TrainingOptions.defaults().withBatchNormMomentum(0.1 * (i + 1));
            try (TrainingGraph graph = new TrainingGraph(config, options, 3)) {
                graph.step(batch(config, 1), 0.01f);
                moved[i] = graph.weights().values(mean).get(0);
            }
        }
        assertThat(moved[0]).isNotZero();
        assertThat(moved[1] / moved[0]).isCloseTo(2, within(1e-4f));
    }

    @Test
    void shouldHaveGradientsThatPredictTheLoss() {
        NetworkConfig config = TinyNetworks.resnet();
        TrainingBatch batch = batch(config, 1);
        // With frozen statistics the evaluation loss is the one the gradient is of.
        TrainingOptions options =
                TrainingOptions.defaults().withTrainEncoder(false).withGradientNorm(0);
        try (TrainingGraph graph = new TrainingGraph(config, options, 3)) {
            Weights weights = graph.weights();
            Weights gradients = graph.gradients(batch);
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
                float above = graph.loss(batch);
                graph.load(weights.with(
                        Weights.builder().put(name, weights.shape(name), down).build()));
                float below = graph.loss(batch);
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
            assertThatThrownBy(() ->
                            graph.step(new TrainingBatch.Pixels(ByteBuffer.allocateDirect(3), new int[1][1]), 0.1f))
                    .hasMessageContaining("need 3072 bytes");
        }
    }
}
