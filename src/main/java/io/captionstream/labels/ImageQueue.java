package io.captionstream.labels;

import com.google.common.hash.HashCode;
import io.captionstream.image.ImageReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Fetches images, so many at a time: what is under way holds its bytes in memory. */
final class ImageQueue {
    private static final int AT_A_TIME = 32;
    private static final long LOOK_UP_MILLIS = 100;

    private final LabelImages images;
    private final BooleanSupplier stopRequested;
    private final Semaphore room = new Semaphore(AT_A_TIME);
    private final AtomicInteger done = new AtomicInteger();
    private int started;

    ImageQueue(LabelImages images, BooleanSupplier stopRequested) {
        this.images = images;
        this.stopRequested = stopRequested;
    }

    /** Begins when there is room. The future fails if the image cannot be had; it is cancelled if all is to stop. */
    @SuppressWarnings("FutureReturnValueIgnored")
    CompletableFuture<String> fetch(HashCode pair, ImageReference reference) {
        if (!awaitRoom()) {
            CompletableFuture<String> cancelled = new CompletableFuture<>();
            cancelled.cancel(false);
            return cancelled;
        }
        started++;
        CompletableFuture<String> digest = images.image(pair, reference);
        digest.whenComplete((value, failure) -> {
            done.incrementAndGet();
            room.release();
        });
        return digest;
    }

    private boolean awaitRoom() {
        try {
            while (!room.tryAcquire(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
                if (stopRequested.getAsBoolean()) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits until it is done, however it ends. Returns false if all is to stop. */
    boolean await(CompletableFuture<String> digest) {
        while (!digest.isDone()) {
            if (stopRequested.getAsBoolean()) {
                return false;
            }
            try {
                digest.get(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !digest.isCancelled();
    }

    int done() {
        return done.get();
    }

    int started() {
        return started;
    }
}
