package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.caption.ErrorCode;
import io.captionstream.caption.Stage;
import io.captionstream.caption.Step;
import io.captionstream.caption.TrialMode;
import io.captionstream.caption.TrialOutcome;
import io.captionstream.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CaptionMetricsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CaptionMetrics metrics = new CaptionMetrics(meters, Tracing.OFF, Set.of("model"), 1000);

    @Test
    void shouldCountImagesByOutcomeAndCodeFromZero() {
        assertThat(meters.get("captionstream.images").counters())
                .hasSize(1 + ErrorCode.values().length)
                .allSatisfy(counter -> assertThat(counter.count()).isZero());

        metrics.captioned(Duration.ofMillis(20), Duration.ofSeconds(3));
        metrics.deadLettered(ErrorCode.NOT_FOUND, Stage.FETCH);
        metrics.deadLettered(ErrorCode.NOT_FOUND, Stage.FETCH);

        assertThat(images("captioned", "none")).isOne();
        assertThat(images("dead-letter", "NOT_FOUND")).isEqualTo(2);
        assertThat(images("dead-letter", "TIMEOUT")).isZero();
    }

    @Test
    void shouldTellTheTimeInTheServiceFromTheAgeOfTheEvent() {
        metrics.captioned(Duration.ofMillis(20), Duration.ofSeconds(3));

        assertThat(meters.get("captionstream.processing").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(20);
        assertThat(meters.get("captionstream.end.to.end").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
    }

    @Test
    void shouldMeasureEachStep() {
        metrics.took(Step.FETCH, Duration.ofMillis(5));
        metrics.took(Step.FETCH, Duration.ofMillis(7));

        assertThat(meters.get("captionstream.step").tag("step", "fetch").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(12);
        assertThat(meters.get("captionstream.step").timers()).hasSize(Step.values().length);
    }

    @Test
    void shouldAddUpWhatItsTasksHaveInFlight() {
        metrics.inFlight("0_0", 3, 300);
        metrics.inFlight("0_1", 2, 200);
        assertThat(gauge("captionstream.inflight.images")).isEqualTo(5);
        assertThat(gauge("captionstream.inflight")).isEqualTo(500);
        assertThat(gauge("captionstream.inflight.limit")).isEqualTo(1000);

        metrics.inFlight("0_0", 0, 0);
        assertThat(gauge("captionstream.inflight.images")).isEqualTo(2);
    }

    @Test
    void shouldCountWhatTrialsCameTo() {
        metrics.tried("model", TrialMode.CANARY, TrialOutcome.LATE);

        assertThat(meters.get("captionstream.trial.images")
                        .tags("mode", "canary", "outcome", "late")
                        .counter()
                        .count())
                .isOne();
        assertThat(meters.get("captionstream.trial.images").counters()).hasSize(6);
    }

    private double images(String outcome, String code) {
        return meters.get("captionstream.images")
                .tags("outcome", outcome, "code", code)
                .counter()
                .count();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }
}
