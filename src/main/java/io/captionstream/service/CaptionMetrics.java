package io.captionstream.service;

import io.captionstream.caption.CaptionListener;
import io.captionstream.caption.ErrorCode;
import io.captionstream.caption.Stage;
import io.captionstream.caption.TrialMode;
import io.captionstream.caption.TrialOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Meters of the caption topology. */
final class CaptionMetrics implements CaptionListener {
    private final MeterRegistry meters;
    private final Timer captioned;
    private final Counter postponed;
    private final Timer waited;
    private final Counter restored;
    private final Map<String, Load> loads = new ConcurrentHashMap<>();

    CaptionMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.captioned = Timer.builder("captionstream.events")
                .description("Time from receipt of an image event to its caption event")
                .tag("outcome", "caption")
                .publishPercentileHistogram()
                .register(meters);
        this.postponed = Counter.builder("captionstream.events.postponed")
                .description("Attempts put off because the schema registry did not answer")
                .register(meters);
        this.waited = Timer.builder("captionstream.events.waited")
                .description("Time that records waited for room in flight")
                .register(meters);
        this.restored = Counter.builder("captionstream.events.restored")
                .description("Images found in flight when a task started")
                .register(meters);
        Gauge.builder("captionstream.inflight.images", this, CaptionMetrics::images)
                .description("Images in flight")
                .register(meters);
        Gauge.builder("captionstream.inflight.bytes", this, CaptionMetrics::bytes)
                .baseUnit("bytes")
                .description("Bytes in flight")
                .register(meters);
    }

    @Override
    public void captioned(Duration sinceReceived) {
        captioned.record(sinceReceived);
    }

    @Override
    public void deadLettered(ErrorCode code, Stage stage) {
        Counter.builder("captionstream.deadletters")
                .description("Dead letters")
                .tag("code", code.name())
                .tag("stage", stage.name().toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
    }

    @Override
    public void postponed() {
        postponed.increment();
    }

    @Override
    public void restored(String taskId, int images) {
        restored.increment(images);
    }

    @Override
    public void waited(Duration time, boolean setAside) {
        waited.record(time);
    }

    @Override
    public void tried(String model, TrialMode mode, TrialOutcome outcome) {
        Counter.builder("captionstream.trial.images")
                .description("Images that a version on trial had a part in, by what came of it")
                .tag("model", model)
                .tag("mode", mode.name().toLowerCase(Locale.ROOT))
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
    }

    @Override
    public void inFlight(String taskId, int images, long bytes) {
        if (images == 0) {
            loads.remove(taskId);
        } else {
            loads.put(taskId, new Load(images, bytes));
        }
    }

    private double images() {
        return loads.values().stream().mapToInt(Load::images).sum();
    }

    private double bytes() {
        return loads.values().stream().mapToLong(Load::bytes).sum();
    }

    private record Load(int images, long bytes) {}
}
