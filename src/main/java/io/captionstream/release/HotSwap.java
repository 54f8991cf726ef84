package io.captionstream.release;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Changes a model over to its releases while it serves: see {@link SwapState}. The newest release wins; one that came
 * while another was loaded is loaded next, and what was loaded in vain is closed. A release that fails is tried again ever
 * more slowly if that can help. Safe for use by many threads; loading itself happens on the given executor, one release
 * at a time.
 */
public final class HotSwap implements AutoCloseable {
    private final SwapSlot slot;
    private final ReleaseLoader loader;
    private final ScheduledExecutorService scheduler;
    private final Executor executor;
    private final RetryDelay delay;
    private final Ticker ticker;
    private final SwapListener listener;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private @Nullable ModelIdentity serving;

    @GuardedBy("lock")
    private SwapState state;

    @GuardedBy("lock")
    private @Nullable Release wanted;

    @GuardedBy("lock")
    private @Nullable String failure;

    @GuardedBy("lock")
    private int attempts;

    @GuardedBy("lock")
    private long wantedSince;

    @GuardedBy("lock")
    private boolean closed;

    /**
     * @param slot what is swapped; stays the caller's to close
     * @param serving what it serves now; null if nothing
     * @param scheduler waits between attempts
     * @param executor loads
     */
    public HotSwap(
            SwapSlot slot,
            @Nullable ModelIdentity serving,
            ReleaseLoader loader,
            ScheduledExecutorService scheduler,
            Executor executor,
            RetryDelay delay,
            Ticker ticker,
            SwapListener listener) {
        this.slot = requireNonNull(slot, "slot is null");
        this.serving = serving;
        this.state = serving == null ? SwapState.EMPTY : SwapState.SERVING;
        this.loader = requireNonNull(loader, "loader is null");
        this.scheduler = requireNonNull(scheduler, "scheduler is null");
        this.executor = requireNonNull(executor, "executor is null");
        this.delay = requireNonNull(delay, "delay is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.listener = requireNonNull(listener, "listener is null");
    }

    /** The version to serve from now on. Returns at once. */
    public void release(Release release) {
        synchronized (lock) {
            if (closed || release.equals(wanted)) {
                return;
            }
            boolean loading = state == SwapState.LOADING;
            wanted = release;
            wantedSince = ticker.read();
            failure = null;
            attempts = 0;
            if (loading) {
                // Whoever loads sees that it is no longer wanted, and goes on with this one.
                return;
            }
            if (serves(release)) {
                state = SwapState.SERVING;
                return;
            }
            state = SwapState.LOADING;
        }
        execute();
    }

    /** Nothing is to be served from now on: what is in the slot leaves it at once. For slots that may be empty. */
    public void withdraw() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            wanted = null;
            failure = null;
            attempts = 0;
            if (serving != null) {
                slot.clear();
                serving = null;
            }
            // Whoever loads sees that it is in vain.
            if (state != SwapState.LOADING) {
                state = SwapState.EMPTY;
            }
        }
    }

    @GuardedBy("lock")
    private boolean serves(Release release) {
        return serving != null && release.digest().equals(serving.digest());
    }

    public SwapStatus status() {
        synchronized (lock) {
            return new SwapStatus(serving, state, wanted, failure, attempts);
        }
    }

    private void execute() {
        try {
            executor.execute(this::load);
        } catch (RejectedExecutionException e) {
            synchronized (lock) {
                if (!closed) {
                    throw e;
                }
            }
        }
    }

    private void load() {
        Release release;
        while ((release = next()) != null) {
            try {
                swap(release, loader.load(release));
            } catch (BundleException | InferenceException | IOException | RuntimeException e) {
                failed(release, e);
            } catch (OutOfMemoryError e) {
                failed(release, new InferenceException(InferenceException.Code.OUT_OF_MEMORY, "no memory is left", e));
            }
        }
    }

    /** What to load; null if there is nothing, then nobody loads any more. */
    private @Nullable Release next() {
        synchronized (lock) {
            if (closed || state != SwapState.LOADING) {
                return null;
            }
            if (wanted == null) {
                state = SwapState.EMPTY;
                return null;
            }
            if (serves(wanted)) {
                state = SwapState.SERVING;
                return null;
            }
            return wanted;
        }
    }

    private void swap(Release release, Captioner captioner) {
        @Nullable ModelIdentity before;
        Duration took;
        boolean swapped = false;
        try {
            synchronized (lock) {
                if (closed || !release.equals(wanted)) {
                    return;
                }
                before = serving;
                slot.put(captioner);
                swapped = true;
                serving = captioner.identity();
                state = SwapState.SERVING;
                failure = null;
                attempts = 0;
                took = Duration.ofNanos(ticker.read() - wantedSince);
            }
        } finally {
            if (!swapped) {
                captioner.close();
            }
        }
        listener.onSwapped(release, before, took);
    }

    private void failed(Release release, Exception cause) {
        boolean lasting = isLasting(cause);
        synchronized (lock) {
            if (closed || !release.equals(wanted)) {
                return;
            }
            attempts++;
            failure = String.valueOf(Throwables.getRootCause(cause).getMessage());
            state = lasting ? SwapState.REFUSED : SwapState.WAITING;
            if (!lasting) {
                scheduler.schedule(() -> retry(release), delay.after(attempts).toNanos(), TimeUnit.NANOSECONDS);
            }
        }
        listener.onFailed(release, cause, lasting);
    }

    private void retry(Release release) {
        synchronized (lock) {
            if (closed || state != SwapState.WAITING || !release.equals(wanted)) {
                return;
            }
            state = SwapState.LOADING;
        }
        execute();
    }

    /** A bundle that is wrong stays wrong: it never changes. What is away or too large now may not be later. */
    private static boolean isLasting(Exception failure) {
        return failure instanceof BundleException
                || failure instanceof IllegalArgumentException
                || (failure instanceof InferenceException inference
                        && inference.code() == InferenceException.Code.UNSUPPORTED_OPTIONS);
    }

    /** Nothing is swapped after this. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
        }
    }
}
