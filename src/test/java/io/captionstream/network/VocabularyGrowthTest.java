package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class VocabularyGrowthTest {
    private static final int OLD = TinyNetworks.VOCABULARY;
    private static final int NEW = OLD + 3;
    private static final int FEATURES = 16;

    private final VocabularyGrowth growth = new VocabularyGrowth(NEW, Map.of(), 1);

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void shouldKeepOldRowsBitForBit(Architecture architecture) {
        NetworkConfig config = config(architecture);
        Weights old = InitialWeights.of(config, 1);

        Weights grown = growth.weights(old);

        assertThat(grown.names()).isEqualTo(old.names());
        for (String name : old.names()) {
            float[] before = old.array(name);
            float[] after = grown.array(name);
            assertThat(Arrays.copyOf(after, before.length)).as(name).isEqualTo(before);
            boolean rows = name.equals("decoder.emb.weight") || name.startsWith("decoder.out.");
            assertThat(after).as(name).hasSize(rows ? before.length / OLD * NEW : before.length);
        }
        // It is the network it says it is.
        TensorShapes.decoder(config.withVocabularySize(NEW))
                .forEach((name, shape) -> assertThat(grown.shape(name)).as(name).isEqualTo(shape));
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void shouldKeepTheScoresOfOldWords(Architecture architecture) {
        NetworkConfig config = config(architecture);
        Weights old = InitialWeights.of(config, 1);

        float[] before = scores(config, old);
        float[] after = scores(config.withVocabularySize(NEW), growth.weights(old));

        assertThat(Arrays.copyOf(after, OLD)).isEqualTo(before);
    }

    @Test
    void shouldStartNewWordsNearTheMeanOfTheOldAndAsUnlikelyAsTheUnknown() {
        Weights old = InitialWeights.of(TinyNetworks.resnet(), 1)
                .with(Weights.builder()
                        .put("decoder.out.bias", new long[] {OLD}, new float[] {0, 0, 0, -7, 1, 1, 1, 1, 1, 1, 1, 1})
                        .build());

        Weights grown = growth.weights(old);

        float[] embedding = grown.array("decoder.emb.weight");
        int columns = embedding.length / NEW;
        for (int column = 0; column < columns; column++) {
            double mean = 0;
            for (int row = 4; row < OLD; row++) {
                mean += embedding[row * columns + column] / (OLD - 4.0);
            }
            for (int row = OLD; row < NEW; row++) {
                // Uniform rows in [-0.5, 0.5) deviate by 0.29.
                assertThat(Math.abs(embedding[row * columns + column] - mean)).isBetween(0.0, 0.15);
            }
        }
        assertThat(Arrays.copyOfRange(grown.array("decoder.out.bias"), OLD, NEW))
                .containsOnly(-7);
        assertThat(Arrays.copyOfRange(embedding, OLD * columns, (OLD + 1) * columns))
                .isNotEqualTo(Arrays.copyOfRange(embedding, (OLD + 1) * columns, (OLD + 2) * columns));
    }

    @Test
    void shouldUseWordVectorsWhereThereAreSome() {
        Weights old = InitialWeights.of(TinyNetworks.resnet(), 1);
        float[] vector = {1, 2, 3, 4, 5, 6, 7, 8};

        float[] embedding = new VocabularyGrowth(NEW, Map.of(OLD + 1, vector), 1)
                .weights(old)
                .array("decoder.emb.weight");

        assertThat(Arrays.copyOfRange(embedding, (OLD + 1) * 8, (OLD + 2) * 8)).isEqualTo(vector);
    }

    @Test
    void shouldGiveTheSameRowsForTheSameSeed() {
        Weights old = InitialWeights.of(TinyNetworks.resnet(), 1);
        assertThat(growth.weights(old)).isEqualTo(new VocabularyGrowth(NEW, Map.of(), 1).weights(old));
        assertThat(growth.weights(old)).isNotEqualTo(new VocabularyGrowth(NEW, Map.of(), 2).weights(old));
    }

    @Test
    void shouldLetTrainingGoOnWithNewWords() {
        NetworkConfig config = TinyNetworks.resnet();
        ByteBuffer images = TinyNetworks.images(config, 2, 1);
        Weights weights;
        Weights optimizer;
        try (TrainingGraph graph = new TrainingGraph(config, TrainingOptions.defaults(), 1)) {
            graph.step(new TrainingBatch.Pixels(images, TinyNetworks.captions(2)), 1e-3f);
            weights = graph.weights();
            optimizer = graph.optimizerState();
        }
        Weights grown = growth.optimizer(optimizer);
        float[] moments = grown.array("adam.v.decoder.out.weight");
        float[] before = optimizer.array("adam.v.decoder.out.weight");
        assertThat(Arrays.copyOf(moments, before.length)).isEqualTo(before);
        assertThat(Arrays.copyOfRange(moments, before.length, moments.length)).containsOnly(0);

        NetworkConfig larger = config.withVocabularySize(NEW);
        try (TrainingGraph graph = new TrainingGraph(larger, TrainingOptions.defaults(), 1)) {
            graph.load(growth.weights(weights));
            graph.loadOptimizerState(grown);
            TrainingBatch batch = new TrainingBatch.Pixels(images, new int[][] {{NEW - 1, 5}, {NEW - 2}});
            float first = graph.step(batch, 1e-2f);
            float last = first;
            for (int step = 0; step < 5; step++) {
                last = graph.step(batch, 1e-2f);
            }
            assertThat(last).isLessThan(first);
        }
    }

    @Test
    void shouldRefuseWhatCannotGrow() {
        Weights old = InitialWeights.of(TinyNetworks.resnet(), 1);
        assertThatThrownBy(() -> new VocabularyGrowth(OLD - 1, Map.of(), 1).weights(old))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 tokens already");
        assertThatThrownBy(() -> new VocabularyGrowth(NEW, Map.of(5, new float[8]), 1).weights(old))
                .hasMessageContaining("new are 12 to 14");
        assertThatThrownBy(() -> new VocabularyGrowth(NEW, Map.of(OLD, new float[7]), 1).weights(old))
                .hasMessageContaining("must have 8 numbers");
        assertThatThrownBy(() -> growth.weights(Weights.builder().build()))
                .hasMessageContaining("there is no tensor 'decoder.emb.weight'");
    }

    private static NetworkConfig config(Architecture architecture) {
        return architecture == Architecture.RESNET50_LSTM ? TinyNetworks.resnet() : TinyNetworks.inception();
    }

    /** Scores of the word after the start token and word 5. */
    private static float[] scores(NetworkConfig config, Weights weights) {
        Weights.Builder fitted = Weights.builder().putAll(weights);
        long[] image = weights.shape("decoder.img.weight");
        fitted.put(
                "decoder.img.weight",
                new long[] {image[0], FEATURES},
                Arrays.copyOf(weights.array("decoder.img.weight"), (int) image[0] * FEATURES));
        float[] features = new float[FEATURES];
        for (int i = 0; i < FEATURES; i++) {
            features[i] = i * 0.1f;
        }
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            ConstantParameters parameters = new ConstantParameters(tf, fitted.build());
            Decoder decoder = Decoder.of(config);
            Decoder.Tensors tensors = decoder.declare(tf, parameters);
            Operand<TFloat32> seen = decoder.image(
                    tf, parameters, tf.constant(Shape.of(1, FEATURES), DataBuffers.of(features)), FEATURES);
            Decoder.State state = decoder.initial(tf, tensors, seen);
            for (int token : new int[] {1, 5}) {
                state = decoder.step(tf, tensors, decoder.embedded(tf, tensors, tf.constant(new int[] {token})), state);
            }
            Operand<TFloat32> logits = decoder.logits(tf, tensors, decoder.joined(tf, state.hidden(), seen));
            try (Session session = new Session(graph);
                    Result result = session.runner().fetch(logits).run()) {
                return VariableParameters.floats((TFloat32) result.get(0));
            }
        }
    }
}
