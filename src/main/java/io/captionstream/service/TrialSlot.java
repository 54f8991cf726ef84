package io.captionstream.service;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.caption.CaptionTrial;
import io.captionstream.caption.TrialMode;
import io.captionstream.inference.Batcher;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.inference.BatcherListener;
import io.captionstream.model.Captioner;
import io.captionstream.model.LiveModel;
import io.captionstream.release.SwapSlot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The second place of a model, for a version on trial, with a batcher of its own while there is one. What still waits in
 * the batcher when the trial ends fails, and is captioned by the version in service, or not at all if it was a shadow.
 */
final class TrialSlot implements SwapSlot, AutoCloseable {
    private final BatcherConfig config;
    private final BatcherListener listener;
    private final Duration patience;
    private final Executor closing;

    @GuardedBy("this")
    private @Nullable Terms terms;

    @GuardedBy("this")
    private @Nullable Running running;

    @GuardedBy("this")
    private boolean closed;

    /** What the release says of the trial. */
    record Terms(String digest, TrialMode mode, int percentage) {}

    private record Running(LiveModel model, Batcher batcher, String digest) {
        void close() {
            batcher.close();
            model.close();
        }
    }

    /** @param closing waits for the last batch of versions that leave, and closes them */
    TrialSlot(BatcherConfig config, BatcherListener listener, Duration patience, Executor closing) {
        this.config = requireNonNull(config, "config is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.patience = requireNonNull(patience, "patience is null");
        this.closing = requireNonNull(closing, "closing is null");
    }

    /** From now on, the version with their digest is tried on these terms; null: none is. */
    synchronized void agree(@Nullable Terms newTerms) {
        terms = newTerms;
    }

    /** The version on trial, if it is there. */
    synchronized Optional<CaptionTrial> trial() {
        return running == null || terms == null || !terms.digest().equals(running.digest())
                ? Optional.empty()
                : Optional.of(new CaptionTrial(terms.mode(), terms.percentage(), running.batcher(), patience));
    }

    synchronized Optional<Captioner> captioner() {
        if (running == null) {
            return Optional.empty();
        }
        try (LiveModel.Lease lease = running.model().acquire()) {
            return Optional.of(lease.captioner());
        }
    }

    @Override
    public synchronized void put(Captioner next) {
        checkState(!closed, "slot is closed");
        clear();
        LiveModel model = new LiveModel(next);
        running = new Running(
                model,
                new Batcher(model, config, Ticker.systemTicker(), listener),
                next.identity().digest());
    }

    @Override
    public synchronized void clear() {
        Running leaving = running;
        running = null;
        if (leaving != null) {
            closing.execute(leaving::close);
        }
    }

    @Override
    public void close() {
        Running leaving;
        synchronized (this) {
            closed = true;
            leaving = running;
            running = null;
        }
        if (leaving != null) {
            leaving.close();
        }
    }
}
