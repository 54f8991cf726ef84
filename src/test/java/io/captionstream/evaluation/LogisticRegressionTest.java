package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.ImmutableDoubleArray;
import io.captionstream.evaluation.LogisticRegression.Observation;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    private static final LogisticRegression TRUTH = new LogisticRegression(1.5, ImmutableDoubleArray.of(4, -0.2));

    @Test
    void shouldRecoverTheParametersThatMadeTheObservations() {
        LogisticRegression fit = LogisticRegression.fit(observations(50_000, 1));

        assertThat(fit.bias()).isCloseTo(TRUTH.bias(), within(0.15));
        assertThat(fit.weights().get(0)).isCloseTo(TRUTH.weights().get(0), within(0.2));
        assertThat(fit.weights().get(1)).isCloseTo(TRUTH.weights().get(1), within(0.02));
    }

    @Test
    void shouldCalibrateWhatWasNotFittedTo() {
        LogisticRegression fit = LogisticRegression.fit(observations(1000, 2));
        CalibrationError before = new CalibrationError();
        CalibrationError after = new CalibrationError();
        for (Observation observation : observations(20_000, 3)) {
            before.add(Math.exp(observation.features().get(0)), observation.holds());
            after.add(fit.probability(observation.features()), observation.holds());
        }

        assertThat(before.value()).isGreaterThan(0.1);
        assertThat(after.value()).isLessThan(0.03);
    }

    @Test
    void shouldNotBeCertainOfWhatAlwaysHeld() {
        LogisticRegression fit = LogisticRegression.fit(observations(500, 4).stream()
                .map(observation -> new Observation(observation.features(), true))
                .toList());

        assertThat(fit.probability(ImmutableDoubleArray.of(-0.5, 8))).isCloseTo(501 / 502.0, within(1e-3));
    }

    @Test
    void shouldFitWhatOneFeatureDecides() {
        LogisticRegression fit = LogisticRegression.fit(IntStream.range(0, 200)
                .mapToObj(i -> new Observation(ImmutableDoubleArray.of(i, 7), i >= 100))
                .toList());

        assertThat(fit.probability(ImmutableDoubleArray.of(0, 7))).isLessThan(0.05);
        assertThat(fit.probability(ImmutableDoubleArray.of(199, 7)))
                .isGreaterThan(0.95)
                .isLessThan(1);
        assertThat(fit.weights().get(1)).isCloseTo(0, within(1e-9));
    }

    @Test
    void shouldRefuseToFitNothing() {
        assertThatThrownBy(() -> LogisticRegression.fit(List.of())).hasMessageContaining("empty");
    }

    /** A mean log-probability and a number of tokens, as captions have them. */
    private static List<Observation> observations(int count, long seed) {
        Random random = new Random(seed);
        return Stream.generate(() -> ImmutableDoubleArray.of(-random.nextDouble() * 1.5, 3 + random.nextInt(15)))
                .limit(count)
                .map(features -> new Observation(features, random.nextDouble() < TRUTH.probability(features)))
                .toList();
    }
}
