package io.captionstream.service;

import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LabelOutcome;
import io.captionstream.learning.LearningListener;
import io.captionstream.learning.ModelStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Meters of the training topology, and where its models are. */
final class TrainingMetrics implements LearningListener {
    private final MeterRegistry meters;
    private final MultiGauge freshPairs;
    private final MultiGauge losses;
    private final MultiGauge phases;
    private final Map<String, ModelStatus> models = new ConcurrentHashMap<>();
    private final Map<String, Double> lastLosses = new ConcurrentHashMap<>();

    TrainingMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.freshPairs = MultiGauge.builder("captionstream.training.fresh.pairs")
                .description("Labelled pairs that are new since the model's last run")
                .register(meters);
        this.losses = MultiGauge.builder("captionstream.training.epoch.loss")
                .description("Mean training loss of the last epoch, nats per token")
                .register(meters);
        this.phases = MultiGauge.builder("captionstream.training.phase")
                .description("1 for the phase that the model is in")
                .register(meters);
    }

    @Override
    public void label(LabelOutcome outcome) {
        Counter.builder("captionstream.training.labels")
                .description("Labelled pairs taken in; learned stands for new")
                .tag("outcome", outcome.code())
                .register(meters)
                .increment();
    }

    @Override
    public void status(ModelStatus status) {
        if (!status.equals(models.put(status.model(), status))) {
            update();
        }
    }

    @Override
    public void released(String model) {
        models.remove(model);
        lastLosses.remove(model);
        update();
    }

    @Override
    public void epoch(String model, double trainingLoss) {
        lastLosses.put(model, trainingLoss);
        update();
    }

    @Override
    public void verdict(String model, GateResult verdict) {
        Counter.builder("captionstream.training.verdicts")
                .description("What the gate said")
                .tag("model", model)
                .tag("promoted", Boolean.toString(verdict.promoted()))
                .register(meters)
                .increment();
    }

    @Override
    public void runEnded(String model, String outcome, Duration took) {
        Timer.builder("captionstream.training.runs")
                .description("Time from the plan of a run to its end")
                .tag("model", model)
                .tag("outcome", outcome)
                .register(meters)
                .record(took);
    }

    private void update() {
        freshPairs.register(
                models.values().stream()
                        .map(status -> MultiGauge.Row.of(Tags.of("model", status.model()), status.freshPairs()))
                        .toList(),
                true);
        phases.register(
                models.values().stream()
                        .map(status -> MultiGauge.Row.of(Tags.of("model", status.model(), "phase", status.phase()), 1))
                        .toList(),
                true);
        losses.register(
                lastLosses.entrySet().stream()
                        .map(loss -> MultiGauge.Row.of(Tags.of("model", loss.getKey()), loss.getValue()))
                        .toList(),
                true);
    }

    /** Where the models are that this process owns, by name. */
    Map<String, ModelStatus> models() {
        return new TreeMap<>(models);
    }
}
