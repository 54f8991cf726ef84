package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LabelOutcome;
import io.captionstream.learning.ModelStatus;
import io.captionstream.training.EpochResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingMetricsTest {
    private static final String MODEL = "resnet50-lstm";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TrainingMetrics metrics = new TrainingMetrics(meters);

    @Test
    void shouldShowWhereAModelIs() {
        metrics.status(new ModelStatus(MODEL, "idle", null, 0, 7, 0, null));
        metrics.status(new ModelStatus(MODEL, "training", "run", 1, 9, 0, null));
        metrics.epoch(MODEL, new EpochResult(3, 0.5, 0.75, 0.01, Map.of("ciderD", 7.5)));

        assertThat(meters.get("captionstream.training.fresh.pairs")
                        .tag("model", MODEL)
                        .gauge()
                        .value())
                .isEqualTo(9);
        assertThat(loss("training")).isEqualTo(0.5);
        assertThat(loss("validation")).isEqualTo(0.75);
        assertThat(meters.get("captionstream.training.epoch").gauge().value()).isEqualTo(3);
        assertThat(meters.get("captionstream.training.validation")
                        .tag("metric", "ciderD")
                        .gauge()
                        .value())
                .isEqualTo(7.5);
        assertThat(meters.get("captionstream.training.phase").gauges())
                .hasSize(4)
                .filteredOn(gauge -> gauge.value() == 1)
                .singleElement()
                .satisfies(gauge -> assertThat(gauge.getId().getTag("phase")).isEqualTo("training"));
        assertThat(metrics.models()).containsOnlyKeys(MODEL);
    }

    @Test
    void shouldForgetAModelThatAnotherProcessOwns() {
        metrics.status(new ModelStatus(MODEL, "training", "run", 1, 9, 0, null));
        metrics.epoch(MODEL, new EpochResult(3, 0.5, 0.75, 0.01, Map.of("ciderD", 7.5)));

        metrics.released(MODEL);

        assertThat(metrics.models()).isEmpty();
        assertThat(meters.find("captionstream.training.fresh.pairs").gauges()).isEmpty();
        assertThat(meters.find("captionstream.training.loss").gauges()).isEmpty();
    }

    @Test
    void shouldCountLabelsVerdictsAndRuns() {
        metrics.status(new ModelStatus(MODEL, "training", "run", 1, 9, 2, "no room"));
        metrics.label(LabelOutcome.LEARNED);
        metrics.label(LabelOutcome.CAPTION_TOO_LONG);
        metrics.verdict(MODEL, new GateResult(true, "better", Map.of("fresh.confidence", 0.99)));
        metrics.runEnded(MODEL, "promoted", Duration.ofSeconds(3));

        assertThat(meters.get("captionstream.training.labels")
                        .tag("outcome", "caption-too-long")
                        .counter()
                        .count())
                .isOne();
        assertThat(meters.get("captionstream.training.verdicts")
                        .tag("promoted", "true")
                        .counter()
                        .count())
                .isOne();
        assertThat(meters.get("captionstream.training.runs")
                        .tag("outcome", "promoted")
                        .timer()
                        .count())
                .isOne();
        assertThat(meters.get("captionstream.training.gate")
                        .tag("metric", "fresh.confidence")
                        .gauge()
                        .value())
                .isEqualTo(0.99);
        assertThat(meters.get("captionstream.training.failures").gauge().value())
                .isEqualTo(2);
    }

    @Test
    void shouldCountFromZero() {
        metrics.status(new ModelStatus(MODEL, "idle", null, 0, 7, 0, null));

        assertThat(meters.get("captionstream.training.runs").timers())
                .hasSize(4)
                .allSatisfy(runs -> assertThat(runs.count()).isZero());
        assertThat(meters.get("captionstream.training.verdicts").counters()).hasSize(2);
        assertThat(meters.get("captionstream.training.labels").counters()).hasSize(LabelOutcome.values().length);
    }

    private double loss(String split) {
        return meters.get("captionstream.training.loss")
                .tag("split", split)
                .gauge()
                .value();
    }
}
