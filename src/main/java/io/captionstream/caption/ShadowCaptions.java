package io.captionstream.caption;

import io.captionstream.image.LoadedImage;
import io.captionstream.inference.Inference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What versions on trial in shadow mode say of one image. Nothing that becomes of them is a failure of the image, and they
 * keep it waiting no longer than their patience.
 */
final class ShadowCaptions {
    private final Map<ModelTask, CompletableFuture<Inference>> futures = new LinkedHashMap<>();

    /** Submits the image to the shadows that have a part in it, if any. */
    ShadowCaptions(List<ModelTask> tasks, InFlightImage image, CaptionRequest request, LoadedImage loaded) {
        for (ModelTask task : tasks) {
            CompletableFuture<Inference> future = task.submitShadow(image, request, loaded);
            if (future != null) {
                futures.put(task, future);
            }
        }
    }

    /** Completes, never with a failure, when all have an end or their patience is over. */
    CompletableFuture<@Nullable Void> settled() {
        long patience = futures.keySet().stream()
                .mapToLong(ModelTask::shadowPatienceMillis)
                .max()
                .orElse(0);
        return futures.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.allOf(futures.values().toArray(CompletableFuture[]::new))
                        .<@Nullable Void>handle((unused, failure) -> null)
                        .completeOnTimeout(null, patience, TimeUnit.MILLISECONDS);
    }

    /** What there is by now, in the order of the models; the rest is withdrawn. */
    List<Inference> take() {
        List<Inference> inferences = new ArrayList<>();
        futures.forEach((task, future) -> {
            if (future.completeExceptionally(new TimeoutException("too late"))) {
                task.tell(TrialOutcome.LATE);
            } else if (future.isCompletedExceptionally()) {
                task.tell(TrialOutcome.FAILED);
            } else {
                inferences.add(future.join());
                task.tell(TrialOutcome.CAPTIONED);
            }
        });
        return inferences;
    }

    /** Withdraws all. */
    void cancel() {
        futures.values().forEach(future -> future.cancel(false));
    }
}
