package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captionstream.training.LearningRateSchedule.Decay;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
    @Test
    void shouldRiseOverTheWarmUp() {
        LearningRateSchedule schedule = new LearningRateSchedule(0.01, Decay.NONE, 4, 100);

        assertThat(schedule.rate(0)).isEqualTo(0.0025f);
        assertThat(schedule.rate(3)).isEqualTo(0.01f);
        assertThat(schedule.rate(99)).isEqualTo(0.01f);
    }

    @Test
    void shouldFallAlongACosine() {
        LearningRateSchedule schedule = new LearningRateSchedule(0.01, Decay.COSINE, 0, 100);

        assertThat(schedule.rate(0)).isEqualTo(0.01f);
        assertThat(schedule.rate(50)).isCloseTo(0.005f, within(1e-9f));
        assertThat(schedule.rate(25)).isCloseTo(0.0085355f, within(1e-6f));
        assertThat(schedule.rate(100)).isZero();
        assertThat(schedule.rate(1000)).isZero();
    }
}
