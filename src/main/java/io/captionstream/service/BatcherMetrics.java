package io.captionstream.service;

import io.captionstream.inference.BatcherListener;
import io.captionstream.inference.CloseReason;
import io.captionstream.model.InferenceException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of one batcher: of a model's version in service, or of its version on trial. */
final class BatcherMetrics implements BatcherListener {
    private final MeterRegistry meters;
    private final Tags tags;
    private final Timer inference;
    private final Counter images;
    private final Counter padding;
    private final AtomicInteger pending = new AtomicInteger();

    BatcherMetrics(MeterRegistry meters, String model, String slot) {
        this.meters = meters;
        this.tags = Tags.of("model", model, "slot", slot);
        this.inference = Timer.builder("captionstream.inference")
                .description("Time of a batch in the model")
                .tags(tags)
                .publishPercentileHistogram()
                .register(meters);
        this.images = Counter.builder("captionstream.inference.images")
                .description("Images captioned")
                .tags(tags)
                .register(meters);
        this.padding = Counter.builder("captionstream.inference.padding")
                .description("Rows run through the model only to fill a batch up to an allowed size")
                .tags(tags)
                .register(meters);
        Gauge.builder("captionstream.batch.pending", pending, AtomicInteger::get)
                .description("Images waiting for a batch")
                .tags(tags)
                .register(meters);
    }

    @Override
    public void batchClosed(CloseReason reason, int size, int waiting) {
        pending.set(waiting);
        DistributionSummary.builder("captionstream.batch.size")
                .description("Images in a batch, by why it was closed")
                .tags(tags)
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(meters)
                .record(size);
    }

    @Override
    public void inferred(int captioned, int paddedSize, Duration time) {
        inference.record(time);
        images.increment(captioned);
        padding.increment(paddedSize - captioned);
    }

    @Override
    public void bisected(int size, InferenceException.Code code) {
        count("captionstream.batch.bisected", "Batches that failed and were tried again in halves", code);
    }

    @Override
    public void failed(InferenceException.Code code) {
        count("captionstream.inference.failed", "Images that a model could not caption", code);
    }

    private void count(String name, String description, InferenceException.Code code) {
        Counter.builder(name)
                .description(description)
                .tags(tags)
                .tag("code", code.name())
                .register(meters)
                .increment();
    }
}
