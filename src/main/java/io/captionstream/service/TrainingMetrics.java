package io.captionstream.service;

import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LabelOutcome;
import io.captionstream.learning.LearningListener;
import io.captionstream.learning.ModelStatus;
import io.captionstream.training.EpochResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Meters of the training topology, and where its models are. Those of a model leave with it to its next owner. */
final class TrainingMetrics implements LearningListener {
    private static final List<String> PHASES = List.of("idle", "training", "judging", "published");
    private static final List<String> OUTCOMES = List.of("promoted", "rejected", "failed", "stopped");

    private final MeterRegistry meters;
    private final Map<String, ModelStatus> models = new ConcurrentHashMap<>();
    private final Map<String, EpochResult> epochs = new ConcurrentHashMap<>();
    private final Map<String, GateResult> verdicts = new ConcurrentHashMap<>();

    private final MultiGauge freshPairs;
    private final MultiGauge failures;
    private final MultiGauge phases;
    private final MultiGauge epoch;
    private final MultiGauge losses;
    private final MultiGauge validation;
    private final MultiGauge gate;

    TrainingMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.freshPairs = gauge("fresh.pairs", "Labelled pairs that are new since the model's last run");
        this.failures = gauge("failures", "Runs of the model that failed since the last one that did not");
        this.phases = gauge("phase", "1 for the phase that the model is in");
        this.epoch = gauge("epoch", "The last epoch that was finished");
        this.losses = gauge("loss", "Mean loss of the last epoch by split, nats per token");
        this.validation = gauge("validation", "Metrics of captions of validation images after the last epoch");
        this.gate = gauge("gate", "What the gate measured last, by metric");
        for (LabelOutcome outcome : LabelOutcome.values()) {
            labels(outcome);
        }
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder("captionstream.training." + name)
                .description(description)
                .register(meters);
    }

    @Override
    public void label(LabelOutcome outcome) {
        labels(outcome).increment();
    }

    private Counter labels(LabelOutcome outcome) {
        return Counter.builder("captionstream.training.labels")
                .description("Labelled pairs taken in; learned stands for new")
                .tag("outcome", outcome.code())
                .register(meters);
    }

    @Override
    public void status(ModelStatus status) {
        ModelStatus before = models.put(status.model(), status);
        if (before == null) {
            OUTCOMES.forEach(outcome -> runs(status.model(), outcome));
            verdicts(status.model(), true);
            verdicts(status.model(), false);
        }
        if (!status.equals(before)) {
            update();
        }
    }

    @Override
    public void released(String model) {
        models.remove(model);
        epochs.remove(model);
        verdicts.remove(model);
        update();
    }

    @Override
    public void epoch(String model, EpochResult result) {
        epochs.put(model, result);
        update();
    }

    @Override
    public void verdict(String model, GateResult verdict) {
        verdicts.put(model, verdict);
        verdicts(model, verdict.promoted()).increment();
        update();
    }

    private Counter verdicts(String model, boolean promoted) {
        return Counter.builder("captionstream.training.verdicts")
                .description("What the gate said")
                .tag("model", model)
                .tag("promoted", Boolean.toString(promoted))
                .register(meters);
    }

    @Override
    public void runEnded(String model, String outcome, Duration took) {
        runs(model, outcome).record(took);
    }

    private Timer runs(String model, String outcome) {
        return Timer.builder("captionstream.training.runs")
                .description("Time from the plan of a run to its end")
                .tag("model", model)
                .tag("outcome", outcome)
                .register(meters);
    }

    private void update() {
        show(freshPairs, models, status -> Map.of(Tags.empty(), (double) status.freshPairs()));
        show(failures, models, status -> Map.of(Tags.empty(), (double) status.failures()));
        show(phases, models, status -> PHASES.stream()
                .collect(Collectors.toMap(
                        phase -> Tags.of("phase", phase), phase -> phase.equals(status.phase()) ? 1.0 : 0.0)));
        show(epoch, epochs, result -> Map.of(Tags.empty(), (double) result.epoch()));
        show(
                losses,
                epochs,
                result -> Map.of(
                        Tags.of("split", "training"), result.trainingLoss(),
                        Tags.of("split", "validation"), result.validationLoss()));
        show(validation, epochs, result -> byMetric(result.metrics()));
        show(gate, verdicts, verdict -> byMetric(verdict.metrics()));
    }

    private static Map<Tags, Double> byMetric(Map<String, Double> metrics) {
        return metrics.entrySet().stream()
                .collect(Collectors.toMap(metric -> Tags.of("metric", metric.getKey()), Map.Entry::getValue));
    }

    private static <T> void show(MultiGauge gauge, Map<String, T> byModel, Function<T, Map<Tags, Double>> values) {
        gauge.register(
                byModel.entrySet().stream()
                        .flatMap(model -> values.apply(model.getValue()).entrySet().stream()
                                .map(value -> MultiGauge.Row.of(
                                        Tags.of("model", model.getKey()).and(value.getKey()), value.getValue())))
                        .toList(),
                true);
    }

    /** Where the models are that this process owns, by name. */
    Map<String, ModelStatus> models() {
        return new TreeMap<>(models);
    }
}
