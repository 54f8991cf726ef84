package io.captionstream.service;

import com.google.common.base.Ticker;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.inference.BatcherListener;
import io.captionstream.model.ModelIdentity;
import io.captionstream.network.NativeMemory;
import io.captionstream.release.HotSwap;
import io.captionstream.release.ReleaseLoader;
import io.captionstream.release.RetryDelay;
import io.captionstream.release.SwapListener;
import io.captionstream.release.SwapSlot;
import io.captionstream.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * What all models share.
 *
 * @param loading loads and closes versions, of all models one at a time
 * @param trialPatience how long a version on trial may keep an image waiting
 */
record ServingContext(
        BatcherConfig batches,
        MeterRegistry meters,
        Tracing tracing,
        SwapReports reports,
        ScheduledExecutorService loading,
        RetryDelay retry,
        Duration trialPatience) {
    /** Hears of the batches of a model's version in a slot. */
    BatcherListener listener(String model, String slot) {
        return new BatcherMetrics(meters, tracing, model, slot);
    }

    /** Closes what is not in use any more, where nobody waits for it, and gives its memory back. */
    void close(Runnable leaving) {
        try {
            loading.execute(() -> {
                leaving.run();
                NativeMemory.release();
            });
        } catch (RejectedExecutionException e) {
            // The service ends.
            leaving.run();
        }
    }

    HotSwap swap(SwapSlot slot, @Nullable ModelIdentity serving, ReleaseLoader loader, SwapListener listener) {
        return new HotSwap(slot, serving, loader, loading, loading, retry, Ticker.systemTicker(), listener);
    }
}
