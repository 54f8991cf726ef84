package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BeamSearchTest {
    private static final int FEATURES = 6;
    private static final int VOCABULARY = 9;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFindTheBeamsOfAPlainSearch(boolean merge) {
        Decoder decoder = merge ? new MergeDecoder(5, 7, VOCABULARY) : new PreInjectDecoder(5, 7, VOCABULARY);
        int finished = 0;
        int unfinished = 0;
        for (int seed = 0; seed < 4; seed++) {
            Weights weights = random(decoder, seed);
            ReferenceSearch reference = new ReferenceSearch(weights);
            try (DecoderSession session = new DecoderSession(decoder, FEATURES, weights)) {
                Random random = new Random(seed);
                for (int width = 1; width <= VOCABULARY; width += 2) {
                    for (int length : new int[] {1, 2, 5, 12}) {
                        int images = 1 + random.nextInt(3);
                        float[] features = new float[images * FEATURES];
                        for (int i = 0; i < features.length; i++) {
                            features[i] = (float) random.nextGaussian();
                        }
                        List<List<Beam>> found = session.search(features, width, length);
                        assertThat(found).hasSize(images);
                        for (int image = 0; image < images; image++) {
                            double[] vector = new double[FEATURES];
                            for (int i = 0; i < FEATURES; i++) {
                                vector[i] = features[image * FEATURES + i];
                            }
                            List<Beam> expected = reference.search(vector, width, length);
                            assertSame(found.get(image), expected);
                            finished += (int)
                                    expected.stream().filter(Beam::finished).count();
                            unfinished += (int) expected.stream()
                                    .filter(beam -> !beam.finished())
                                    .count();
                        }
                    }
                }
            }
        }
        // Both kinds must occur, or the test says less than it seems to.
        assertThat(finished).isGreaterThan(50);
        assertThat(unfinished).isGreaterThan(50);
    }

    static void assertSame(List<Beam> found, List<Beam> expected) {
        assertThat(found.stream().map(Beam::ids).toList())
                .isEqualTo(expected.stream().map(Beam::ids).toList());
        for (int i = 0; i < found.size(); i++) {
            Beam beam = found.get(i);
            assertThat(beam.finished()).isEqualTo(expected.get(i).finished());
            assertThat(beam.logProbability()).isCloseTo(expected.get(i).logProbability(), within(5e-4));
            for (int t = 0; t < beam.ids().size(); t++) {
                assertThat(beam.tokenLogProbabilities().get(t))
                        .isCloseTo(expected.get(i).tokenLogProbabilities().get(t), within(5e-4));
            }
        }
    }

    @Test
    void shouldGiveAnImageTheSameBeamsInEveryBatch() {
        Decoder decoder = new MergeDecoder(5, 7, VOCABULARY);
        try (DecoderSession session = new DecoderSession(decoder, FEATURES, random(decoder, 1))) {
            float[] features = new float[4 * FEATURES];
            Random random = new Random(1);
            for (int i = 0; i < features.length; i++) {
                features[i] = (float) random.nextGaussian();
            }
            List<List<Beam>> together = session.search(features, 3, 10);
            for (int image = 0; image < 4; image++) {
                float[] alone = java.util.Arrays.copyOfRange(features, image * FEATURES, (image + 1) * FEATURES);
                assertSame(session.search(alone, 3, 10).get(0), together.get(image));
            }
        }
    }

    static Weights random(Decoder decoder, long seed) {
        boolean merge = decoder instanceof MergeDecoder;
        int e = decoder.embeddingSize;
        int h = decoder.hiddenSize;
        int v = decoder.vocabularySize;
        Random random = new Random(seed);
        Weights.Builder weights = Weights.builder();
        put(weights, random, "emb.weight", v, e);
        put(weights, random, "img.weight", decoder.imageSize(), FEATURES);
        put(weights, random, "img.bias", decoder.imageSize());
        put(weights, random, "lstm.weight_ih_l0", 4 * h, e);
        put(weights, random, "lstm.weight_hh_l0", 4 * h, h);
        put(weights, random, "lstm.bias_ih_l0", 4 * h);
        put(weights, random, "lstm.bias_hh_l0", 4 * h);
        if (merge) {
            put(weights, random, "fc.weight", h, h);
            put(weights, random, "fc.bias", h);
        }
        put(weights, random, "out.weight", v, h);
        put(weights, random, "out.bias", v);
        return weights.build();
    }

    private static void put(Weights.Builder weights, Random random, String name, long... shape) {
        float[] values = new float[Weights.elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        weights.put(Decoder.PREFIX + name, shape, values);
    }
}
