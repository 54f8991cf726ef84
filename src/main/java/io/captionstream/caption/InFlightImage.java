package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkState;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** One image event in flight. Its state is moved by whatever thread works on it. */
final class InFlightImage {
    private final InFlightEntry entry;
    private final @Nullable Bytes key;
    private final long cost;
    private final long receivedNanos;
    private final ImageTrace trace;

    @GuardedBy("this")
    private ImageState state = ImageState.RECEIVED;

    @GuardedBy("this")
    private int attempts;

    @GuardedBy("this")
    private final List<CompletableFuture<?>> work = new ArrayList<>();

    /**
     * @param entry its record
     * @param cost in bytes, see {@link InFlightLimits}
     */
    InFlightImage(InFlightEntry entry, long cost, long receivedNanos, ImageTrace trace) {
        this.entry = entry;
        this.key = entry.key() == null ? null : Bytes.wrap(entry.key());
        this.cost = cost;
        this.receivedNanos = receivedNanos;
        this.trace = trace;
    }

    InFlightEntry entry() {
        return entry;
    }

    long offset() {
        return entry.offset();
    }

    /** The record key, null if it has none. */
    @Nullable
    Bytes key() {
        return key;
    }

    long cost() {
        return cost;
    }

    long receivedNanos() {
        return receivedNanos;
    }

    ImageTrace trace() {
        return trace;
    }

    synchronized ImageState state() {
        return state;
    }

    synchronized int attempts() {
        return attempts;
    }

    /**
     * Moves to another state.
     *
     * @throws CancellationException if this image is abandoned
     */
    synchronized void advance(ImageState next) {
        if (state == ImageState.ABANDONED) {
            throw new CancellationException("abandoned");
        }
        checkState(state.mayBecome(next), "%s may not become %s", state, next);
        state = next;
        if (next == ImageState.LOADING) {
            attempts++;
        }
        work.clear();
    }

    /** Remembers work in progress, to be cancelled if this image is abandoned. Returns it. */
    synchronized <T> CompletableFuture<T> track(CompletableFuture<T> future) {
        if (state == ImageState.ABANDONED) {
            future.cancel(false);
        } else {
            work.add(future);
        }
        return future;
    }

    void abandon() {
        List<CompletableFuture<?>> abandoned;
        synchronized (this) {
            if (!state.mayBecome(ImageState.ABANDONED)) {
                return;
            }
            state = ImageState.ABANDONED;
            abandoned = List.copyOf(work);
            work.clear();
        }
        abandoned.forEach(future -> future.cancel(false));
        trace.abandoned();
    }
}
