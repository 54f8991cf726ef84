package io.captionstream.inference;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.model.InputSpec;
import io.captionstream.model.LiveModel;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the images of all threads into batches for one model and runs them on a thread of its own.
 *
 * <p>A batch is closed when it is full, when its oldest image has been waiting for the linger since its submission, or
 * on {@link #drain}. It holds images with the same options only, each with a seed of its own, and is captioned by one version of
 * the model, however often parts of it are tried again. What is pending is not bounded here: whoever submits does that.
 *
 * <p>While the model fails on everything (see {@link Breaker}), all that waits and all that is submitted fails at once,
 * with code {@code UNAVAILABLE}. To wait would be to keep pixels in memory for as long as that lasts; whoever submits
 * has the image in a smaller form, and tries again.
 */
public final class Batcher implements AsyncCaptioner, AutoCloseable {
    private static final Logger log = Logger.getLogger(Batcher.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    /** Leaves the others in this process time to let go of memory. */
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(100);

    private final LiveModel model;
    private final BatcherListener listener;
    private final Ticker ticker;
    private final Breaker breaker;
    private final BatchRunner runner;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final BatchQueue queue;

    @GuardedBy("lock")
    private long submissions;

    @GuardedBy("lock")
    private boolean closed;

    private volatile int maxBatchSize;
    /** Since when the inference thread has been at what it does, on the ticker; null while it waits. */
    private volatile @Nullable Long busySince;
    /** Whether the inference thread ended though nobody closed this. */
    private volatile boolean broken;

    /** Images that have left the queue and may not be complete; the inference thread's. */
    private List<PendingImage> atHand = List.of();

    /**
     * Starts the inference thread.
     *
     * @param model the model, still the caller's to close, after this
     * @param ticker measures linger and times
     */
    public Batcher(LiveModel model, BatcherConfig config, Ticker ticker, BatcherListener listener) {
        this.model = requireNonNull(model, "model is null");
        this.listener = requireNonNull(listener, "listener is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        String name = modelName(model);
        this.breaker = new Breaker(name, config.breaker(), ticker, Clock.systemUTC());
        this.runner = new BatchRunner(model, config, ticker, listener, breaker, new InputBuffer());
        this.queue = new BatchQueue(config.linger());
        this.maxBatchSize = config.maxBatchSize();
        this.thread = new Thread(this::run, "inference-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static String modelName(LiveModel model) {
        try (LiveModel.Lease lease = model.acquire()) {
            return lease.captioner().identity().name();
        }
    }

    @Override
    public InputSpec input() {
        try (LiveModel.Lease lease = model.acquire()) {
            return lease.captioner().input();
        }
    }

    /** {@link #submit(byte[], InputSpec, DecodingOptions)} of pixels prepared for the {@link #input} of now. */
    public CompletableFuture<Inference> submit(byte[] pixels, DecodingOptions options) {
        return submit(pixels, input(), options);
    }

    @Override
    public CompletableFuture<Inference> submit(byte[] pixels, InputSpec input, DecodingOptions options) {
        return submit(pixels, input, options, 0);
    }

    @Override
    public CompletableFuture<Inference> submit(byte[] pixels, InputSpec input, DecodingOptions options, long seed) {
        checkArgument(pixels.length == input.bytes(), "%s bytes are not an image of %s", pixels.length, input);
        requireNonNull(options, "options is null");
        CompletableFuture<Inference> future = new CompletableFuture<>();
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(closedException());
            }
            if (broken || breaker.isOpen()) {
                return CompletableFuture.failedFuture(unavailableException());
            }
            int waiting =
                    queue.add(new PendingImage(submissions++, ticker.read(), pixels, input, options, seed, future));
            // Only the first image of a batch starts a wait, only the last one ends it.
            if (waiting == 1 || waiting >= maxBatchSize) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        return future;
    }

    /** Images submitted and not yet in a batch. */
    public int pending() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** How long the model has been at its present batch, parts that are tried again included; zero if it has none. */
    public Duration busy() {
        Long since = busySince;
        return since == null ? Duration.ZERO : Duration.ofNanos(ticker.read() - since);
    }

    @Override
    public Optional<String> unavailable() {
        return broken ? Optional.of("unavailable: its inference thread ended") : breaker.unavailable();
    }

    /** Whether the inference thread ended though nobody closed this: nothing will ever be captioned here again. */
    public boolean isBroken() {
        return broken;
    }

    /** Closes the batches of everything submitted so far without waiting for more. Does not wait for the results. */
    public void drain() {
        lock.lock();
        try {
            queue.drain(submissions);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Fails what is pending with {@link Code#CLOSED}, and waits for the batch in the model. */
    @Override
    public void close() {
        List<PendingImage> abandoned;
        lock.lock();
        try {
            closed = true;
            abandoned = queue.removeAll();
            changed.signal();
        } finally {
            lock.unlock();
        }
        abandoned.forEach(image -> image.future().completeExceptionally(closedException()));
        if (Thread.currentThread() != thread) {
            Uninterruptibles.joinUninterruptibly(thread, CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            if (thread.isAlive()) {
                log.warnf("The model is still busy %s after closing %s", CLOSE_TIMEOUT, thread.getName());
            }
        }
    }

    private static InferenceException closedException() {
        return new InferenceException(Code.CLOSED, "Batcher is closed");
    }

    private InferenceException unavailableException() {
        return broken ? new InferenceException(Code.UNAVAILABLE, "The thread of inference ended") : breaker.refusal();
    }

    private void run() {
        try {
            boolean open = true;
            while (open) {
                open = turn();
            }
        } catch (RuntimeException | Error e) {
            broken = true;
            end();
            throw e;
        }
    }

    /** Does what there is to do next; false when closed. */
    private boolean turn() {
        try {
            Runnable work = next();
            if (work == null) {
                return false;
            }
            work.run();
            atHand = List.of();
            busySince = null;
            if (breaker.isOpen()) {
                tell(failAll());
            }
        } catch (RuntimeException | Error e) {
            survive(e);
        }
        return true;
    }

    /** Nobody knows what failed, so that no image is to blame. Only what is thrown in here ends this thread. */
    private void survive(Throwable failure) {
        breaker.open("inference failed: " + failure);
        tell(failAll());
        if (busySince == null) {
            // Until it has done something: a thread that only fails is stuck.
            busySince = ticker.read();
        }
        log.errorf(failure, "The thread of inference failed, and continues");
        LockSupport.parkNanos(PAUSE_AFTER_ERROR.toNanos());
    }

    /** Leaves nobody waiting, however long it takes until there is memory to tell them. */
    private void end() {
        boolean told = false;
        while (!told) {
            try {
                failAll();
                told = true;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(PAUSE_AFTER_ERROR.toNanos());
            }
        }
    }

    /** Fails what is at hand and all that wait, and returns how many those are. */
    private int failAll() {
        InferenceException failure = unavailableException();
        int failed = fail(atHand, failure);
        lock.lock();
        try {
            atHand = queue.removeAll();
        } finally {
            lock.unlock();
        }
        failed += fail(atHand, failure);
        atHand = List.of();
        return failed;
    }

    private static int fail(List<PendingImage> images, InferenceException failure) {
        int failed = 0;
        for (PendingImage image : images) {
            failed += image.future().completeExceptionally(failure) ? 1 : 0;
        }
        return failed;
    }

    private void tell(int failed) {
        for (int i = 0; i < failed; i++) {
            listener.failed(Code.UNAVAILABLE);
        }
    }

    /** Waits for something to do: the next batch or, while the breaker is open, a check; null when closed. */
    private @Nullable Runnable next() {
        lock.lock();
        try {
            while (!closed) {
                long now = ticker.read();
                long nanos;
                if (breaker.isOpen()) {
                    nanos = breaker.nanosUntilCheck(now);
                    if (nanos <= 0) {
                        busySince = now;
                        return runner::check;
                    }
                } else {
                    maxBatchSize = runner.maxBatchSize();
                    Batch batch = queue.poll(now, maxBatchSize);
                    if (batch != null) {
                        atHand = batch.images();
                        busySince = now;
                        listener.batchClosed(batch.reason(), batch.images().size(), queue.size());
                        return () -> runner.run(batch);
                    }
                    nanos = queue.nanosUntilNext(now);
                }
                busySince = null;
                if (nanos == Long.MAX_VALUE) {
                    changed.awaitUninterruptibly();
                } else {
                    awaitNanos(nanos);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop") // The caller's.
    private void awaitNanos(long nanos) {
        try {
            long unused = changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            // Nobody has a reason to: close() is how this thread ends.
            log.warn("Inference thread was interrupted, goes on");
        }
    }
}
