package io.captionstream.service;

import io.captionstream.caption.CaptionListener;
import io.captionstream.caption.ErrorCode;
import io.captionstream.caption.ImageTrace;
import io.captionstream.caption.PostponementCause;
import io.captionstream.caption.Stage;
import io.captionstream.caption.Step;
import io.captionstream.caption.TrialMode;
import io.captionstream.caption.TrialOutcome;
import io.captionstream.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.common.header.Header;

/**
 * Meters and traces of the caption topology. All meters are there from the start, at zero: a counter that begins with the first failure
 * shows no rise when it is first seen.
 */
final class CaptionMetrics implements CaptionListener {
    private static final String NO_CODE = "none";

    private final MeterRegistry meters;
    private final Tracing tracing;
    private final Counter captions;
    private final Map<ErrorCode, Counter> deadLetters = new EnumMap<>(ErrorCode.class);
    private final Map<Step, Timer> steps = new EnumMap<>(Step.class);
    private final Timer processing;
    private final Timer endToEnd;
    private final Map<PostponementCause, Counter> postponed = new EnumMap<>(PostponementCause.class);
    private final Timer waited;
    private final Counter restored;
    private final Map<String, Load> loads = new ConcurrentHashMap<>();

    /**
     * @param models names of the models that are served
     * @param maxBytesInFlight of the process
     */
    CaptionMetrics(MeterRegistry meters, Tracing tracing, Set<String> models, long maxBytesInFlight) {
        this.meters = meters;
        this.tracing = tracing;
        this.captions = images("captioned", NO_CODE);
        for (ErrorCode code : ErrorCode.values()) {
            deadLetters.put(code, images("dead-letter", code.name()));
        }
        for (Step step : Step.values()) {
            steps.put(
                    step,
                    Histograms.shortTimes("captionstream.step")
                            .description("Time that images were at one step of their way")
                            .tag("step", name(step))
                            .register(meters));
        }
        this.processing = Histograms.longTimes("captionstream.processing")
                .description("Time from receipt of an image event to its caption event")
                .register(meters);
        this.endToEnd = Histograms.longTimes("captionstream.end.to.end")
                .description("Time from the timestamp of an image event to its caption event")
                .register(meters);
        for (PostponementCause cause : PostponementCause.values()) {
            postponed.put(
                    cause,
                    Counter.builder("captionstream.images.postponed")
                            .description("Attempts put off because of what is no fault of the image")
                            .tag("cause", name(cause))
                            .register(meters));
        }
        this.waited = Timer.builder("captionstream.images.waited")
                .description("Time that events waited for room in flight")
                .register(meters);
        this.restored = Counter.builder("captionstream.images.restored")
                .description("Images found in flight when a task started")
                .register(meters);
        Gauge.builder("captionstream.inflight.images", this, CaptionMetrics::images)
                .description("Images in flight")
                .register(meters);
        gauge("captionstream.inflight", "Bytes in flight", CaptionMetrics::bytes);
        gauge("captionstream.inflight.limit", "Most bytes that may be in flight", metrics -> maxBytesInFlight);
        for (String model : models) {
            for (TrialMode mode : TrialMode.values()) {
                for (TrialOutcome outcome : TrialOutcome.values()) {
                    trials(model, mode, outcome);
                }
            }
        }
    }

    private Counter trials(String model, TrialMode mode, TrialOutcome outcome) {
        return Counter.builder("captionstream.trial.images")
                .description("Images that a version on trial had a part in, by what came of it")
                .tag("model", model)
                .tag("mode", name(mode))
                .tag("outcome", name(outcome))
                .register(meters);
    }

    private Counter images(String outcome, String code) {
        return Counter.builder("captionstream.images")
                .description("Image events that have an outcome")
                .tag("outcome", outcome)
                .tag("code", code)
                .register(meters);
    }

    private void gauge(String name, String description, ToDoubleFunction<CaptionMetrics> value) {
        Gauge.builder(name, this, value)
                .baseUnit("bytes")
                .description(description)
                .register(meters);
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public ImageTrace received(String topic, int partition, long offset, Iterable<Header> headers) {
        return tracing.image(topic, partition, offset, headers);
    }

    @Override
    public void captioned(Duration sinceReceived, Duration sinceEvent) {
        captions.increment();
        processing.record(sinceReceived);
        endToEnd.record(sinceEvent);
    }

    @Override
    public void took(Step step, Duration time) {
        steps.get(step).record(time);
    }

    @Override
    public void deadLettered(ErrorCode code, Stage stage) {
        deadLetters.get(code).increment();
    }

    @Override
    public void postponed(PostponementCause cause) {
        postponed.get(cause).increment();
    }

    @Override
    public void restored(String taskId, int images) {
        restored.increment(images);
    }

    @Override
    public void waited(Duration time) {
        waited.record(time);
    }

    @Override
    public void tried(String model, TrialMode mode, TrialOutcome outcome) {
        trials(model, mode, outcome).increment();
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
