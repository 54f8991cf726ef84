package io.captionstream.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VitalsMeterTest {
    private static final long NOW = 1_000_000_500;

    private final VitalsMeter meter = new VitalsMeter();

    @Test
    void shouldCountBySecondOfTheCaption() {
        for (int secondsAgo = 1; secondsAgo <= 10; secondsAgo++) {
            meter.caption(NOW - 1000L * secondsAgo, 10, NOW);
            meter.caption(NOW - 1000L * secondsAgo, 10, NOW);
        }
        meter.caption(NOW - 30_000, 10, NOW);

        Vitals vitals = meter.vitals(NOW, 7L, null);
        assertThat(vitals.perSecond()).isEqualTo(2.0);
        assertThat(vitals.history()).hasSize(60).endsWith(2, 2, 2).element(30).isEqualTo(1);
        assertThat(vitals.lag()).isEqualTo(7);
    }

    @Test
    void shouldLeaveOutTheSecondThatIsNotOver() {
        meter.caption(NOW, 10, NOW);

        assertThat(meter.vitals(NOW, null, null).history()).containsOnly(0);
        assertThat(meter.vitals(NOW + 1000, null, null).history()).endsWith(1);
    }

    @Test
    void shouldForgetWhatIsLongAgo() {
        meter.caption(NOW - 61_000, 10, NOW);
        meter.caption(NOW - 5000, 10, NOW);
        meter.deadLetter(NOW - 5000, NOW);

        assertThat(meter.vitals(NOW, null, null).deadLetters()).isOne();
        Vitals later = meter.vitals(NOW + 60_000, null, null);
        assertThat(later.history()).containsOnly(0);
        assertThat(later.medianMillis()).isNull();
        assertThat(later.deadLetters()).isZero();
    }

    @Test
    void shouldNotCountFarAhead() {
        meter.caption(NOW + 3_600_000, 10, NOW);

        assertThat(meter.vitals(NOW + 3_601_000, null, null).history()).containsOnly(0);
    }

    @Test
    void shouldTellMedianAndSlowLatencies() {
        for (int latency = 1; latency <= 100; latency++) {
            meter.caption(NOW - 2000, latency, NOW);
        }

        Vitals vitals = meter.vitals(NOW, null, "away");
        assertThat(vitals.medianMillis()).isEqualTo(51);
        assertThat(vitals.slowMillis()).isEqualTo(96);
        assertThat(vitals.problem()).isEqualTo("away");
    }
}
