package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.text.Vocabulary;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to steer the search against plain Java, and what it promises. */
class RefinedSearchTest {
    private static final int FEATURES = 6;
    private static final int VOCABULARY = 14;
    private static final int IMAGES = 3;
    private static final int LENGTH = 10;
    private static final int SEEDS = 3;

    private static final Weights[] WEIGHTS = new Weights[2 * SEEDS];
    private static final DecoderSession[] SESSIONS = new DecoderSession[2 * SEEDS];

    @BeforeAll
    static void open() {
        for (int i = 0; i < SESSIONS.length; i++) {
            Decoder decoder = i < SEEDS ? new PreInjectDecoder(5, 7, VOCABULARY) : new MergeDecoder(5, 7, VOCABULARY);
            WEIGHTS[i] = BeamSearchTest.random(decoder, i);
            SESSIONS[i] = new DecoderSession(decoder, FEATURES, WEIGHTS[i]);
        }
    }

    @AfterAll
    static void close() {
        Arrays.stream(SESSIONS).forEach(DecoderSession::close);
    }

    static Stream<Steering> steerings() {
        return Stream.of(
                Steering.NONE,
                Steering.NONE.minLength(7),
                Steering.NONE.noRepeat(1),
                Steering.NONE.noRepeat(2),
                Steering.NONE.noRepeat(3),
                Steering.NONE.groups(2, 0.9),
                Steering.NONE.groups(3, 0.4),
                Steering.NONE.groups(6, 2),
                Steering.NONE.lengthPenalty(0.7),
                Steering.NONE.lengthPenalty(2),
                new Steering(6, 2, 2, 0.7, 1.1));
    }

    @ParameterizedTest
    @MethodSource("steerings")
    void shouldFindTheBeamsOfAPlainSearch(Steering steering) {
        int changed = 0;
        for (int i = 0; i < SESSIONS.length; i++) {
            float[] features = features(i);
            List<List<Beam>> found = SESSIONS[i].refined(features, 6, LENGTH, steering);
            List<List<Beam>> plain = SESSIONS[i].search(features, 6, LENGTH);
            for (int image = 0; image < IMAGES; image++) {
                List<Beam> expected =
                        new ReferenceSearch(WEIGHTS[i]).search(vector(features, image), 6, LENGTH, steering);
                BeamSearchTest.assertSame(found.get(image), expected);
                changed += found.get(image).equals(plain.get(image)) ? 0 : 1;
            }
        }
        // What changes nothing would pass without being there.
        assertThat(changed > 0).isEqualTo(!steering.equals(Steering.NONE));
    }

    @Test
    void shouldNotEndBeforeTheMinimumLength() {
        for (int i = 0; i < SESSIONS.length; i++) {
            assertThat(SESSIONS[i].refined(features(i), 3, LENGTH, Steering.NONE.minLength(LENGTH)))
                    .allSatisfy(beams -> assertThat(beams)
                            .allSatisfy(beam -> assertThat(beam.ids().subList(0, LENGTH - 1))
                                    .hasSize(LENGTH - 1)
                                    .doesNotContain(Vocabulary.END)));
        }
    }

    @Test
    void shouldRepeatNoSequenceOfWords() {
        int repeatedWithout = 0;
        for (int i = 0; i < SESSIONS.length; i++) {
            for (int n = 1; n <= 3; n++) {
                for (List<Beam> beams : SESSIONS[i].refined(features(i), 4, LENGTH, Steering.NONE.noRepeat(n))) {
                    for (Beam beam : beams) {
                        assertThat(repeats(beam.ids(), n))
                                .as("%s in %s", n, beam)
                                .isFalse();
                    }
                }
                for (List<Beam> beams : SESSIONS[i].search(features(i), 4, LENGTH)) {
                    repeatedWithout += beams.stream().anyMatch(beam -> repeats(beam.ids(), 1)) ? 1 : 0;
                }
            }
        }
        assertThat(repeatedWithout).isPositive();
    }

    private static boolean repeats(List<Integer> ids, int n) {
        return Stream.iterate(0, from -> from + n <= ids.size(), from -> from + 1)
                        .map(from -> ids.subList(from, from + n))
                        .filter(new HashSet<List<Integer>>()::add)
                        .count()
                < Math.max(0, ids.size() - n + 1);
    }

    @Test
    void shouldGoOnWhereEverythingIsForbidden() {
        // 13 words may come before the end, then every choice breaks one rule or the other.
        for (List<Beam> beams : SESSIONS[0].refined(features(0), 2, 18, new Steering(18, 1, 1, 0, 0))) {
            for (Beam beam : beams) {
                assertThat(beam.ids()).hasSize(18);
                assertThat(new HashSet<>(beam.ids().subList(0, 13))).hasSize(13);
                assertThat(beam.logProbability()).isGreaterThan(-1000);
            }
        }
    }

    @Test
    void shouldLeaveTheFirstGroupAloneAndKeepTheOthersApart() {
        for (int i = 0; i < SESSIONS.length; i++) {
            float[] features = features(i);
            List<List<Beam>> apart = SESSIONS[i].refined(features, 4, LENGTH, Steering.NONE.groups(2, 100));
            List<List<Beam>> narrow = SESSIONS[i].search(features, 2, LENGTH);
            for (int image = 0; image < IMAGES; image++) {
                List<Beam> beams = apart.get(image);
                BeamSearchTest.assertSame(beams.subList(0, 2), narrow.get(image));
                assertThat(Collections.disjoint(firstWords(beams.subList(0, 2)), firstWords(beams.subList(2, 4))))
                        .isTrue();
            }
        }
    }

    private static List<Integer> firstWords(List<Beam> beams) {
        return beams.stream().map(beam -> beam.ids().get(0)).toList();
    }

    @Test
    void shouldGiveAnImageTheSameBeamsInEveryBatch() {
        Steering steering = new Steering(4, 2, 2, 0.7, 1.1);
        float[] features = features(1);
        List<List<Beam>> together = SESSIONS[1].refined(features, 4, LENGTH, steering);
        for (int image = 0; image < IMAGES; image++) {
            float[] alone = Arrays.copyOfRange(features, image * FEATURES, (image + 1) * FEATURES);
            BeamSearchTest.assertSame(
                    SESSIONS[1].refined(alone, 4, LENGTH, steering).get(0), together.get(image));
        }
    }

    private static float[] features(int seed) {
        Random random = new Random(seed);
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
