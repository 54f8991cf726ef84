package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingTest {
    private static final int FEATURES = 6;
    private static final int VOCABULARY = 14;
    private static final int IMAGES = 3;
    private static final int LENGTH = 9;

    @ParameterizedTest
    @CsvSource({"1, 0, 0, 0", "0.3, 0, 0, 0", "2.5, 0, 0, 0", "1, 3, 0, 0", "1, 100, 0, 0", "1.5, 4, 6, 1", "1, 0, 0, 2"
    })
    void shouldDrawWhatPlainJavaDraws(double temperature, int topK, int minLength, int noRepeat) {
        Steering steering = Steering.NONE.minLength(minLength).noRepeat(noRepeat);
        for (boolean merge : new boolean[] {false, true}) {
            Decoder decoder = decoder(merge);
            Weights weights = BeamSearchTest.random(decoder, 3);
            ReferenceSearch reference = new ReferenceSearch(weights);
            try (DecoderSession session = new DecoderSession(decoder, FEATURES, weights)) {
                float[] features = features();
                float[][][] noise = noise(IMAGES, 5, LENGTH);
                List<List<Beam>> found = session.sampled(features, noise, temperature, topK, steering);
                for (int image = 0; image < IMAGES; image++) {
                    double[] vector = vector(features, image);
                    List<Beam> expected = Arrays.stream(noise[image])
                            .map(numbers -> reference.sample(vector, numbers, temperature, topK, steering))
                            .toList();
                    BeamSearchTest.assertSame(found.get(image), expected);
                    float[] alone = Arrays.copyOfRange(features, image * FEATURES, (image + 1) * FEATURES);
                    BeamSearchTest.assertSame(
                            session.sampled(alone, new float[][][] {noise[image]}, temperature, topK, steering)
                                    .get(0),
                            expected);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2})
    void shouldDrawWordsAsOftenAsTheyAreProbable(double temperature) {
        Decoder decoder = decoder(false);
        int draws = 20_000;
        try (DecoderSession session = new DecoderSession(decoder, FEATURES, BeamSearchTest.random(decoder, 4))) {
            float[] features = Arrays.copyOf(features(), FEATURES);
            List<Beam> drawn = session.sampled(features, noise(1, draws, 1), temperature, 0, Steering.NONE)
                    .get(0);
            Map<Integer, Long> counts = drawn.stream()
                    .collect(Collectors.groupingBy(beam -> beam.ids().get(0), Collectors.counting()));
            List<Beam> words = session.search(features, VOCABULARY, 1).get(0);
            double total = words.stream()
                    .mapToDouble(word -> Math.exp(word.logProbability() / temperature))
                    .sum();
            for (Beam word : words) {
                double probability = Math.exp(word.logProbability() / temperature) / total;
                double deviation = Math.sqrt(probability * (1 - probability) / draws);
                assertThat(counts.getOrDefault(word.ids().get(0), 0L) / (double) draws)
                        .isCloseTo(probability, within(5 * deviation + 1e-4));
            }
        }
    }

    private static Decoder decoder(boolean merge) {
        return merge ? new MergeDecoder(5, 7, VOCABULARY) : new PreInjectDecoder(5, 7, VOCABULARY);
    }

    private static float[][][] noise(int images, int captions, int words) {
        Random random = new Random(1);
        float[][][] noise = new float[images][captions][words];
        for (float[][] image : noise) {
            for (float[] caption : image) {
                for (int word = 0; word < words; word++) {
                    caption[word] = random.nextFloat();
                }
            }
        }
        return noise;
    }

    private static float[] features() {
        Random random = new Random(2);
        float[] features = new float[IMAGES * FEATURES];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        return features;
    }

    private static double[] vector(float[] features, int image) {
        double[] vector = new double[FEATURES];
        for (int i = 0; i < FEATURES; i++) {
            vector[i] = features[image * FEATURES + i];
        }
        return vector;
    }
}
