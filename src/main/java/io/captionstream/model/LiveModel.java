package io.captionstream.model;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The captioner in use, exchangeable while it works. Whoever captions holds a {@link Lease}; a captioner that has been
 * swapped out is closed when its last lease is. Safe for use by many threads.
 */
public final class LiveModel implements AutoCloseable {
    private final Object lock = new Object();
    private final Executor closing;

    @GuardedBy("lock")
    private Generation current;

    @GuardedBy("lock")
    private boolean closed;

    /** Captioners are closed by whoever lets go of them last. */
    public LiveModel(Captioner initial) {
        this(initial, Runnable::run);
    }

    /** @param closing closes captioners that are not in use any more; that may take a while */
    public LiveModel(Captioner initial, Executor closing) {
        this.closing = requireNonNull(closing, "closing is null");
        this.current = new Generation(initial, closing);
    }

    /**
     * The current captioner, which stays open until the lease is closed.
     *
     * @throws IllegalStateException if this model is closed
     */
    public Lease acquire() {
        synchronized (lock) {
            checkState(!closed, "model is closed");
            return new GenerationLease(current);
        }
    }

    /**
     * Makes {@code next} the current captioner. The old one closes when its last lease does, at once if it has none.
     *
     * @throws IllegalStateException if this model is closed; {@code next} is then still the caller's to close
     */
    public void swap(Captioner next) {
        Generation old;
        synchronized (lock) {
            checkState(!closed, "model is closed");
            old = current;
            current = new Generation(next, closing);
        }
        old.release();
    }

    /** Closes the captioner when its last lease is. */
    @Override
    public void close() {
        Generation last;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            last = current;
        }
        last.release();
    }

    /** The right to use a captioner. Closing it more than once does nothing. */
    public interface Lease extends AutoCloseable {
        Captioner captioner();

        @Override
        void close();
    }

    private static final class Generation {
        private final Captioner captioner;
        private final Executor closing;

        // One for being current, one per lease.
        @GuardedBy("this")
        private int references = 1;

        private Generation(Captioner captioner, Executor closing) {
            this.captioner = requireNonNull(captioner, "captioner is null");
            this.closing = closing;
        }

        private synchronized void retain() {
            references++;
        }

        private void release() {
            boolean last;
            synchronized (this) {
                references--;
                last = references == 0;
            }
            if (last) {
                closing.execute(captioner::close);
            }
        }
    }

    private static final class GenerationLease implements Lease {
        private final Generation generation;
        private final AtomicBoolean released = new AtomicBoolean();

        private GenerationLease(Generation generation) {
            this.generation = generation;
            generation.retain();
        }

        @Override
        public Captioner captioner() {
            checkState(!released.get(), "lease is closed");
            return generation.captioner;
        }

        @Override
        public void close() {
            if (released.compareAndSet(false, true)) {
                generation.release();
            }
        }
    }
}
