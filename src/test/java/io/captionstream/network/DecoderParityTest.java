package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Decoders, search, loss, gradients and Adam against PyTorch, see {@link ParityFixtures}. */
class DecoderParityTest {
    private static final int TINY_FEATURES = 16;
    private static final int FEATURES = 2048;
    private static final double LENGTH_PENALTY = 0.7;

    static {
        TensorFlowRuntime.ensureLoaded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"preinject", "merge"})
    void shouldFindTheBeamsOfTheTinyFixtures(String kind) throws IOException {
        JsonNode expected = ParityFixtures.json("tiny/tiny_" + kind + "_expected.json");
        try (DecoderSession session = new DecoderSession(tiny(kind), TINY_FEATURES, tinyWeights(kind))) {
            for (int width : new int[] {1, 3, 5}) {
                List<List<Beam>> found = session.search(
                        tinyFeatures(), width, expected.get("max_tokens").asInt());
                for (JsonNode image : expected.get("results_f64").get(String.valueOf(width))) {
                    BeamSearchTest.assertSame(
                            found.get(image.get("image").asInt()),
                            ParityFixtures.beams(image.get("beams"), "score", "finished"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"preinject", "merge"})
    void shouldTrainLikeTheTinyFixtures(String kind) throws IOException {
        JsonNode expected = ParityFixtures.json("tiny/tiny_" + kind + "_expected.json");
        Weights gradients = ParityFixtures.prefixed(
                Decoder.PREFIX,
                Safetensors.read(ParityFixtures.FOLDER.resolve("tiny/tiny_" + kind + "_grads_f32.safetensors")));
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            VariableParameters parameters = new VariableParameters(tf);
            Placeholder<TFloat32> features =
                    tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, TINY_FEATURES)));
            Placeholder<TInt32> captions = CaptionLoss.captions(tf, 8);
            CaptionLoss loss =
                    CaptionLoss.build(tf, tiny(kind), parameters, features, TINY_FEATURES, captions, 8, null, 0);
            List<VariableParameters.Variable> trained = List.copyOf(parameters.variables());
            Adam adam = new Adam(graph, tf, parameters, loss, trained, 0, List.of());
            try (Session session = new Session(graph);
                    TFloat32 rows = TFloat32.tensorOf(Shape.of(4, TINY_FEATURES), DataBuffers.of(tinyFeatures()));
                    TInt32 labels = TInt32.tensorOf(Shape.of(4, 8), DataBuffers.of(targets(kind)));
                    TFloat32 count = TFloat32.scalarOf(realTokens(kind));
                    TFloat32 rate = TFloat32.scalarOf(1e-3f)) {
                parameters.load(session, parameters.initialWeights(1));
                parameters.load(session, tinyWeights(kind));
                Session.Runner runner = session.runner().feed(features, rows).feed(captions, labels);
                adam.gradients().forEach(runner::fetch);
                try (Result result = runner.run()) {
                    for (int i = 0; i < trained.size(); i++) {
                        float[] actual = VariableParameters.stored(trained.get(i), (TFloat32) result.get(i));
                        for (int j = 0; j < actual.length; j++) {
                            actual[j] /= count.getFloat();
                        }
                        assertThat(actual)
                                .as(trained.get(i).name())
                                .containsExactly(gradients.array(trained.get(i).name()), within(1e-5f));
                    }
                }
                List<Double> losses = new ArrayList<>();
                JsonNode expectedLosses = expected.get("adam_lr1e_3_losses").get("f64");
                for (int step = 0; step < expectedLosses.size(); step++) {
                    try (Result result = session.runner()
                            .feed(features, rows)
                            .feed(captions, labels)
                            .feed(adam.tokenCount(), count)
                            .feed(adam.learningRate(), rate)
                            .addTarget(adam.step())
                            .fetch(loss.loss())
                            .run()) {
                        losses.add((double) ((TFloat32) result.get(0)).getFloat());
                    }
                }
                assertThat(losses.get(0))
                        .isCloseTo(
                                expected.get("teacher_forcing")
                                        .get("f64")
                                        .get("loss")
                                        .asDouble(),
                                within(1e-5));
                for (int step = 0; step < losses.size(); step++) {
                    assertThat(losses.get(step))
                            .as("loss of step %s", step)
                            .isCloseTo(expectedLosses.get(step).asDouble(), within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"preinject", "merge"})
    void shouldFindTheBeamsOfTheFullSizeFixtures(String kind) {
        JsonNode model =
                ParityFixtures.json("parity-seed1.json").get("decoders").get("dec_" + kind);
        long seed = model.get("gen_seed").asLong();
        Weights.Builder weights = Weights.builder();
        for (JsonNode row : model.get("tensors")) {
            String name = row.get(0).asText();
            float[] values = ParityFixtures.tensor(row, seed);
            if (name.equals("out.bias")) {
                values[0] = -40;
                values[1] = -40;
                values[2] = (float) model.get("end_bias").asDouble();
                values[3] = -40;
            }
            weights.put(Decoder.PREFIX + name, ParityFixtures.shape(row), values);
        }
        int embedding = model.get("embedding").asInt();
        int hidden = model.get("hidden").asInt();
        int vocabulary = model.get("vocab").asInt();
        Decoder decoder = kind.equals("merge")
                ? new MergeDecoder(embedding, hidden, vocabulary)
                : new PreInjectDecoder(embedding, hidden, vocabulary);
        JsonNode results = model.get("results");
        float[] features = new float[results.size() * FEATURES];
        for (int i = 0; i < results.size(); i++) {
            float[] vector =
                    ParityFixtures.features(results.get(i).get("vector").asText(), seed, FEATURES);
            System.arraycopy(vector, 0, features, i * FEATURES, FEATURES);
        }
        try (DecoderSession session = new DecoderSession(decoder, FEATURES, weights.build())) {
            int length = model.get("max_tokens").asInt();
            for (int width : new int[] {1, 3, 5}) {
                List<List<Beam>> found = session.search(features, width, length);
                for (int i = 0; i < results.size(); i++) {
                    JsonNode beams = results.get(i).get(width == 1 ? "greedy" : "beam" + width);
                    List<Beam> expected = ParityFixtures.beams(
                            width == 1 ? JsonNodeFactory.instance.arrayNode().add(beams) : beams, "logprob", "ended");
                    assertSums(found.get(i), expected);
                }
            }
            for (int width : new int[] {3, 5}) {
                List<List<Beam>> found =
                        session.refined(features, width, length, Steering.NONE.lengthPenalty(LENGTH_PENALTY));
                for (int i = 0; i < results.size(); i++) {
                    JsonNode beams = results.get(i).get("beam" + width + "_gnmt_search");
                    assertSums(found.get(i), ParityFixtures.beams(beams, "logprob", "ended"));
                    for (int beam = 0; beam < width; beam++) {
                        assertThat(score(found.get(i).get(beam)))
                                .isCloseTo(beams.get(beam).get("gnmt").asDouble(), within(5e-4));
                    }
                }
                assertReranked(session.search(features, width, length), results, width);
            }
        }
    }

    /** The length penalty after the search: beams in the order of their scores. */
    private static void assertReranked(List<List<Beam>> found, JsonNode results, int width) {
        for (int i = 0; i < results.size(); i++) {
            List<Beam> beams = found.get(i);
            List<Integer> order = IntStream.range(0, width)
                    .boxed()
                    .sorted(Comparator.comparingDouble(beam -> -score(beams.get(beam))))
                    .toList();
            List<Integer> expected = new ArrayList<>();
            results.get(i).get("beam" + width + "_gnmt_rerank_order").forEach(rank -> expected.add(rank.asInt()));
            assertThat(order).isEqualTo(expected);
            for (int beam = 0; beam < width; beam++) {
                assertThat(score(beams.get(beam)))
                        .isCloseTo(
                                results.get(i)
                                        .get("beam" + width)
                                        .get(beam)
                                        .get("gnmt")
                                        .asDouble(),
                                within(5e-4));
            }
        }
    }

    private static double score(Beam beam) {
        return beam.logProbability() / Math.pow((5.0 + beam.ids().size()) / 6, LENGTH_PENALTY);
    }

    private static void assertSums(List<Beam> found, List<Beam> expected) {
        assertThat(found.stream().map(Beam::ids).toList())
                .isEqualTo(expected.stream().map(Beam::ids).toList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i).finished()).isEqualTo(expected.get(i).finished());
            assertThat(found.get(i).logProbability()).isCloseTo(expected.get(i).logProbability(), within(5e-4));
            for (int t = 0; t < expected.get(i).tokenLogProbabilities().size(); t++) {
                assertThat(found.get(i).tokenLogProbabilities().get(t))
                        .isCloseTo(expected.get(i).tokenLogProbabilities().get(t), within(5e-4));
            }
        }
    }

    private static Decoder tiny(String kind) {
        return kind.equals("merge") ? new MergeDecoder(8, 12, 50) : new PreInjectDecoder(8, 12, 50);
    }

    private static Weights tinyWeights(String kind) throws IOException {
        return ParityFixtures.prefixed(
                Decoder.PREFIX, Safetensors.read(ParityFixtures.FOLDER.resolve("tiny/tiny_" + kind + ".safetensors")));
    }

    private static float[] tinyFeatures() throws IOException {
        float[] features = new float[4 * TINY_FEATURES];
        ParityFixtures.numpy("tiny/tiny_features_4x16.npy").asFloatBuffer().get(features);
        return features;
    }

    private static float realTokens(String kind) throws IOException {
        return Arrays.stream(targets(kind))
                .filter(token -> token != Vocabulary.PAD)
                .count();
    }

    private static int[] targets(String kind) throws IOException {
        ByteBuffer bytes = ParityFixtures.numpy("tiny/tiny_" + kind + "_tf_targets.npy");
        long[] targets = new long[bytes.remaining() / Long.BYTES];
        bytes.asLongBuffer().get(targets);
        return Arrays.stream(targets).mapToInt(Math::toIntExact).toArray();
    }
}
