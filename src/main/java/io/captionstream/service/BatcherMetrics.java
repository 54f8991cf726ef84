package io.captionstream.service;

import io.captionstream.inference.BatchTrace;
import io.captionstream.inference.BatcherListener;
import io.captionstream.inference.CloseReason;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelIdentity;
import io.captionstream.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters and traces of one batcher: of a model's version in service, or of its version on trial. The meters are there from the start. */
final class BatcherMetrics implements BatcherListener {
    private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    private final Map<CloseReason, DistributionSummary> sizes = new EnumMap<>(CloseReason.class);
    private final Map<InferenceException.Code, Counter> bisected = new EnumMap<>(InferenceException.Code.class);
    private final Map<InferenceException.Code, Counter> failed = new EnumMap<>(InferenceException.Code.class);
    private final Tracing tracing;
    private final String slot;
    private final Timer inference;
    private final Counter images;
    private final Counter padding;
    private final Counter lowered;
    private final AtomicInteger pending = new AtomicInteger();

    BatcherMetrics(MeterRegistry meters, Tracing tracing, String model, String slot) {
        this.tracing = tracing;
        this.slot = slot;
        Tags tags = Tags.of("model", model, "slot", slot);
        this.inference = Histograms.shortTimes("captionstream.inference")
                .description("Time of a batch in the model")
                .tags(tags)
                .register(meters);
        this.images = Counter.builder("captionstream.inference.images")
                .description("Images captioned by the model")
                .tags(tags)
                .register(meters);
        this.padding = Counter.builder("captionstream.inference.padding")
                .description("Rows run through the model only to fill a batch up to an allowed size")
                .tags(tags)
                .register(meters);
        this.lowered = Counter.builder("captionstream.batch.lowered")
                .description("Times that memory ran out and batches were made smaller for a while")
                .tags(tags)
                .register(meters);
        Gauge.builder("captionstream.batch.pending", pending, AtomicInteger::get)
                .description("Images left waiting when the latest batch was closed")
                .tags(tags)
                .register(meters);
        for (CloseReason reason : CloseReason.values()) {
            sizes.put(
                    reason,
                    DistributionSummary.builder("captionstream.batch.size")
                            .description("Images in a batch, by why it was closed")
                            .tags(tags)
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(SIZES)
                            .register(meters));
        }
        for (InferenceException.Code code : InferenceException.Code.values()) {
            Tags coded = tags.and("code", code.name());
            bisected.put(
                    code,
                    Counter.builder("captionstream.batch.bisected")
                            .description("Batches that failed and were tried again in halves")
                            .tags(coded)
                            .register(meters));
            failed.put(
                    code,
                    Counter.builder("captionstream.inference.failed")
                            .description("Images that a model could not caption")
                            .tags(coded)
                            .register(meters));
        }
    }

    @Override
    public void batchClosed(CloseReason reason, int size, int waiting) {
        pending.set(waiting);
        sizes.get(reason).record(size);
    }

    @Override
    public BatchTrace running(ModelIdentity model, int size, int paddedSize) {
        return tracing.batch(model, slot, size, paddedSize);
    }

    @Override
    public void inferred(int captioned, int paddedSize, Duration time) {
        inference.record(time);
        images.increment(captioned);
        padding.increment(paddedSize - captioned);
    }

    @Override
    public void bisected(int size, InferenceException.Code code) {
        bisected.get(code).increment();
    }

    @Override
    public void failed(InferenceException.Code code) {
        failed.get(code).increment();
    }

    @Override
    public void batchSizeLowered(int maxBatchSize) {
        lowered.increment();
    }
}
