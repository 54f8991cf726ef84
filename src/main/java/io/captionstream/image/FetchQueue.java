package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CLOSED;
import static io.captionstream.image.ImageErrorCode.INTERNAL_ERROR;
import static io.captionstream.image.ImageErrorCode.SOURCE_UNAVAILABLE;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import io.captionstream.image.SourceBreaker.State;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be fetched, in a queue per source, so that none waits for another's: {@link FairShare} says whose turn it
 * is, {@link SourceLimit} how much of one source runs at the same time, {@link SourceBreaker} whether it is asked at all,
 * and {@link Reachability} whether it is the source that fails.
 *
 * <p>A task is run or refused once, unless it is cancelled before. Safe for use by several threads: one lock guards all,
 * and is held while nothing of a task is called.
 */
final class FetchQueue implements AutoCloseable {
    private final Executor threads;
    private final Ticker ticker;
    private final Clock clock;
    private final long window;
    private final long outageLimit;
    private final FairShare shares;
    private final SourceTable sources;
    private final Reachability network;
    private @Nullable FetchSource failedLast;
    private boolean closed;

    /**
     * @param memory for what is fetched from one source, for each anew
     * @param threads run {@link FetchConfig#allThreads} tasks at the same time
     * @param clock for messages only
     */
    FetchQueue(FetchConfig config, Supplier<ByteBudget> memory, Executor threads, Ticker ticker, Clock clock) {
        this.threads = requireNonNull(threads, "threads is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.clock = requireNonNull(clock, "clock is null");
        SourceConfig limits = config.sources();
        int threshold = config.breakerThreshold();
        this.window = limits.outageWindow().toNanos();
        this.outageLimit = limits.outageLimit().toNanos();
        this.shares = new FairShare(config.allThreads());
        this.network = new Reachability(threshold, limits);
        this.sources = new SourceTable(
                key -> new FetchSource(
                        key,
                        new SourceLimit(limits.maxPerSource()),
                        new SourceBreaker(threshold, limits),
                        memory.get(),
                        shares.nextTurn()),
                limits.outageWindow().plus(limits.breakerMaxPause()).toNanos());
    }

    /** Runs a task when it is its turn, or refuses it, maybe at once. */
    void submit(FetchTask task) {
        Deque<Runnable> after = new ArrayDeque<>();
        synchronized (this) {
            if (closed) {
                after.add(() -> task.refuse(closed()));
            } else {
                long now = ticker.read();
                FetchSource source = sources.asked(task.source(), now);
                if (!source.key().remote() || source.breaker().tryAsk(now)) {
                    source.probe(source.breaker().state() == State.HALF_OPEN ? task : null);
                    shares.change(source, () -> source.add(task));
                    startNext(after);
                } else {
                    ImageException refusal = refusal(source, now);
                    after.add(() -> task.refuse(refusal));
                }
                sources.settle(source);
            }
        }
        complete(after);
    }

    /** Takes a task out of its queue, if it is there. */
    synchronized void cancel(FetchTask task) {
        FetchSource source = sources.find(task.source());
        if (source != null && source.isWaiting(task)) {
            shares.change(source, () -> source.remove(task));
            resolveProbe(source, task);
            sources.settle(source);
        }
    }

    /** What is to be said of the sources: empty if images fail for reasons of their own. */
    synchronized Optional<String> outage() {
        long now = ticker.read();
        return Stream.concat(sources.open().stream(), Stream.ofNullable(failedLast))
                .filter(source -> !source.isIdle() || now - source.asked() <= window)
                .filter(source -> isOutage(source, now))
                .min(Comparator.comparingLong(source -> source.breaker().failingSince() - now))
                .map(source -> "no image source answers since %s: %s from %s"
                        .formatted(
                                instant(source.breaker().failingSince(), now),
                                source.breaker().code(),
                                source.key().name()));
    }

    synchronized SourceHealth health() {
        sources.evict(ticker.read());
        return new SourceHealth(sources.size(), sources.open().size(), outage());
    }

    /** Refuses what waits, and what comes. What runs goes on. */
    @Override
    public void close() {
        Deque<Runnable> after = new ArrayDeque<>();
        synchronized (this) {
            closed = true;
            for (FetchSource source : sources.all()) {
                shares.change(source, () -> source.drain().forEach(task -> after.add(() -> task.refuse(closed()))));
            }
        }
        complete(after);
    }

    private static ImageException closed() {
        return ImageException.fetch(CLOSED, "The image loader was closed");
    }

    // What follows is called with the lock held, but for what it adds to do after.

    private void startNext(Deque<Runnable> after) {
        for (Optional<FetchSource> next = shares.next(); next.isPresent(); next = shares.next()) {
            FetchSource source = next.get();
            Turn turn = new Turn(source, shares.start(source));
            after.add(() -> start(turn, after));
        }
    }

    private void start(Turn turn, Deque<Runnable> after) {
        try {
            threads.execute(turn);
        } catch (RejectedExecutionException e) {
            turn.end(after);
            turn.task.refuse(closed());
        } catch (RuntimeException | OutOfMemoryError e) {
            // Where there is no room for a thread, the image fails, and its turn is the next one's.
            turn.end(after);
            turn.task.refuse(ImageException.fetch(INTERNAL_ERROR, "No thread to fetch with", e));
        }
    }

    private static void complete(Deque<Runnable> after) {
        for (Runnable next = after.poll(); next != null; next = after.poll()) {
            next.run();
        }
    }

    private void record(Turn turn, SourceOutcome outcome, ImageErrorCode code, Deque<Runnable> after) {
        FetchSource source = turn.source;
        long now = ticker.read();
        shares.change(source, () -> {
            switch (outcome) {
                case ANSWERED -> source.limit().answered(source.running());
                case OVERLOADED, FAILED -> source.limit().failed();
                case UNKNOWN -> {}
            }
        });
        if (source.key().remote()) {
            switch (outcome) {
                case ANSWERED, OVERLOADED -> answered(source, turn.begun, now);
                case FAILED -> failed(source, turn, code, now, after);
                case UNKNOWN -> {}
            }
        }
        startNext(after);
        sources.settle(source);
    }

    private void answered(FetchSource source, long begun, long now) {
        source.probe(null);
        source.breaker().answered();
        network.answered(begun, now);
    }

    private void failed(FetchSource source, Turn turn, ImageErrorCode code, long now, Deque<Runnable> after) {
        network.failed(turn.begun, now);
        failedLast = source;
        source.breaker().failed(code, turn.begun, now, source.isProbe(turn.task));
        if (source.breaker().state() == State.OPEN) {
            source.probe(null);
            ImageException refusal = refusal(source, now);
            shares.change(source, () -> source.drain().forEach(task -> after.add(() -> task.refuse(refusal))));
        }
    }

    private void resolveProbe(FetchSource source, FetchTask task) {
        if (source.isProbe(task)) {
            source.probe(null);
            if (source.breaker().state() == State.HALF_OPEN) {
                source.breaker().abandoned(ticker.read());
            }
        }
    }

    private boolean isOutage(FetchSource source, long now) {
        SourceBreaker breaker = source.breaker();
        return breaker.isFailing()
                && (breaker.state() != State.CLOSED || network.isSilent(now))
                && !network.reachedOthers(breaker.failingSince(), now)
                && now - breaker.failingSince() <= outageLimit;
    }

    private ImageException refusal(FetchSource source, long now) {
        return isOutage(source, now)
                ? ImageException.fetch(SOURCE_UNAVAILABLE, "No image source answers: " + description(source, now))
                : ImageException.fetch(source.breaker().code(), description(source, now));
    }

    private String description(FetchSource source, long now) {
        SourceBreaker breaker = source.breaker();
        String silent = "%s has not answered since %s (%s)"
                .formatted(source.key().name(), instant(breaker.failingSince(), now), breaker.code());
        return switch (breaker.state()) {
            case OPEN -> silent + " and is asked again at " + instant(breaker.askAgain(), now);
            case HALF_OPEN -> silent + " and is being asked again";
            case CLOSED -> silent;
        };
    }

    private Instant instant(long tick, long now) {
        return clock.instant().plusNanos(tick - now).truncatedTo(ChronoUnit.SECONDS);
    }

    /** A task's use of its source, from when it has a thread until it gives it back. */
    final class Turn implements Attempts, Runnable {
        private final FetchSource source;
        private final FetchTask task;
        private long begun;
        private boolean attempting;
        private SourceOutcome outcome = SourceOutcome.UNKNOWN;

        private Turn(FetchSource source, FetchTask task) {
            this.source = source;
            this.task = task;
        }

        FetchTask task() {
            return task;
        }

        @Override
        public void run() {
            try {
                task.run(this);
            } finally {
                Deque<Runnable> after = new ArrayDeque<>();
                end(after);
                complete(after);
            }
        }

        /** For what is fetched. */
        ByteBudget memory() {
            return source.memory();
        }

        @Override
        public void begin() throws ImageException {
            synchronized (FetchQueue.this) {
                begun = ticker.read();
                if (!isAsked()) {
                    throw refusal(source, begun);
                }
                attempting = true;
            }
        }

        @Override
        public void answered() {
            end(SourceOutcome.ANSWERED, INTERNAL_ERROR);
        }

        @Override
        public void failed(ImageErrorCode code, boolean redirected) {
            // Whoever breaks off does not learn what the source would have answered.
            end(task.isDone() ? SourceOutcome.UNKNOWN : SourceOutcome.of(code, source.key(), redirected), code);
        }

        @Override
        public boolean mayGoOn() {
            synchronized (FetchQueue.this) {
                return isAsked();
            }
        }

        /** As {@link #verdict}, of a task whose time is over, whatever its thread is stuck in. */
        ImageException expired(ImageException failure, boolean redirected) {
            failed(failure.code(), redirected);
            return verdict(failure);
        }

        /** What a task is to fail with, after its last attempt. */
        ImageException verdict(ImageException failure) {
            synchronized (FetchQueue.this) {
                long now = ticker.read();
                return outcome == SourceOutcome.FAILED
                                && SourceOutcome.of(failure.code(), source.key(), false) == SourceOutcome.FAILED
                                && isOutage(source, now)
                        ? ImageException.fetch(
                                SOURCE_UNAVAILABLE, "No image source answers: " + description(source, now), failure)
                        : failure;
            }
        }

        private boolean isAsked() {
            return !source.key().remote() || source.breaker().state() == State.CLOSED || source.isProbe(task);
        }

        private void end(SourceOutcome result, ImageErrorCode code) {
            Deque<Runnable> after = new ArrayDeque<>();
            synchronized (FetchQueue.this) {
                if (attempting) {
                    attempting = false;
                    outcome = result;
                    record(this, result, code, after);
                }
            }
            complete(after);
        }

        private void end(Deque<Runnable> after) {
            synchronized (FetchQueue.this) {
                shares.end(source);
                resolveProbe(source, task);
                startNext(after);
                sources.settle(source);
            }
        }
    }
}
