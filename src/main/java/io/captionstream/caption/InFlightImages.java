package io.captionstream.caption;

import com.google.common.base.Ticker;
import io.captionstream.caption.Outcome.Captioned;
import io.captionstream.caption.Outcome.Postponed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The images of one task that are on their way: admits them within the limits, takes in what comes of them, tries again
 * what is postponed, and emits outcomes in order. All methods are for the task's stream thread; other threads only leave
 * completions in a queue.
 */
final class InFlightImages {
    private final CaptionPipeline pipeline;
    private final InFlightLimits limits;
    private final RetryBackoff backoff;
    private final long pixelBytes;
    private final InFlightBudget budget;
    private final Ticker ticker;
    private final CaptionListener listener;
    private final LongFunction<InFlightEntry> entries;
    private final Emitter emitter;
    private final EmissionOrder order;

    private final Queue<InFlightImage> parked = new ArrayDeque<>();
    private final Map<InFlightImage, Completion> finished = new HashMap<>();
    private final Set<InFlightImage> admitted = new LinkedHashSet<>();
    private final PriorityQueue<Retry> retries = new PriorityQueue<>(Comparator.comparingLong(Retry::atNanos));
    private final Map<InFlightImage, Integer> failures = new HashMap<>();
    private final BlockingQueue<Completion> completions = new LinkedBlockingQueue<>();
    private long admittedBytes;
    private volatile boolean closed;

    /** Takes outcomes as they leave. */
    interface Emitter {
        /**
         * Takes the outcome of an image, which is not in flight any more.
         *
         * @param outcome never {@link Postponed}
         */
        void emit(InFlightImage image, Outcome outcome);
    }

    private record Completion(InFlightImage image, Outcome outcome, long atNanos) {}

    private record Retry(
            long atNanos, InFlightImage image, @Nullable UnwrittenCaptions unwritten) {}

    /** @param entries gives the record of a sequence number */
    InFlightImages(
            CaptionConfig config,
            CaptionPipeline pipeline,
            InFlightBudget budget,
            Ticker ticker,
            CaptionListener listener,
            LongFunction<InFlightEntry> entries,
            Emitter emitter) {
        this.pipeline = pipeline;
        this.limits = config.limits();
        this.backoff = config.retry();
        this.pixelBytes = pipeline.pixelBytes();
        this.budget = budget;
        this.ticker = ticker;
        this.listener = listener;
        this.entries = entries;
        this.emitter = emitter;
        this.order = new EmissionOrder(config.ordering());
    }

    /** What an entry of this many bytes costs. */
    private long cost(int entryBytes) {
        return 2L * entryBytes + pixelBytes;
    }

    /**
     * Takes an image in, behind all others, and starts it as soon as there is room.
     *
     * @param entryBytes size of its record
     */
    void add(long sequence, InFlightEntry entry, int entryBytes) {
        InFlightImage image = new InFlightImage(
                sequence,
                entry.key() == null ? null : Bytes.wrap(entry.key()),
                cost(entryBytes),
                ticker.read(),
                listener.received(entry.topic(), entry.partition(), entry.offset(), entry.headers()));
        order.add(image);
        parked.add(image);
        admit();
    }

    /** Emits what is ready, tries again what is due, starts what there is room for. Does not wait. */
    void receive() {
        do {
            for (Completion next = completions.poll(); next != null; next = completions.poll()) {
                complete(next);
            }
            retry();
            admit();
        } while (!completions.isEmpty());
    }

    /** Waits until a record of this size could start at once, or the longest wait is over; does meanwhile what {@link #receive} does. */
    void awaitRoom(int entryBytes) {
        receive();
        if (mayStart(entryBytes)) {
            return;
        }
        long start = ticker.read();
        while (!mayStart(entryBytes)) {
            long remaining = limits.maxWait().toNanos() - (ticker.read() - start);
            if (remaining <= 0 || !awaitCompletion(remaining)) {
                break;
            }
            receive();
        }
        listener.waited(Duration.ofNanos(ticker.read() - start), !mayStart(entryBytes));
    }

    private boolean mayStart(int entryBytes) {
        return parked.isEmpty() && hasRoom(cost(entryBytes));
    }

    /** Whether waiting may go on. */
    private boolean awaitCompletion(long nanos) {
        long wait = nanos;
        Retry next = retries.peek();
        if (next != null) {
            wait = Math.min(wait, Math.max(1, next.atNanos() - ticker.read()));
        }
        // Bytes that other tasks give back make no sound here.
        wait = Math.min(wait, TimeUnit.MILLISECONDS.toNanos(50));
        try {
            Completion completion = completions.poll(wait, TimeUnit.NANOSECONDS);
            if (completion != null) {
                complete(completion);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void admit() {
        while (!parked.isEmpty() && hasRoom(parked.element().cost())) {
            InFlightImage image = parked.remove();
            admitted.add(image);
            admittedBytes += image.cost();
            budget.take(image.cost());
            start(image);
        }
    }

    private boolean hasRoom(long cost) {
        return admitted.isEmpty()
                || (admitted.size() < limits.count() && admittedBytes + cost <= limits.bytes() && budget.fits(cost));
    }

    private void start(InFlightImage image) {
        follow(image, pipeline.start(image, entries.apply(image.sequence())));
    }

    private void follow(InFlightImage image, CompletableFuture<Outcome> future) {
        CompletableFuture<Void> unused = future.thenAccept(outcome -> {
            if (!closed) {
                completions.add(new Completion(image, outcome, ticker.read()));
            }
        });
    }

    private void complete(Completion completion) {
        InFlightImage image = completion.image();
        if (completion.outcome() instanceof Postponed postponed) {
            postpone(image, postponed);
            return;
        }
        image.advance(completion.outcome() instanceof Captioned ? ImageState.DONE : ImageState.FAILED);
        failures.remove(image);
        finished.put(image, completion);
        for (InFlightImage leaving : order.ready(image)) {
            emit(leaving);
        }
    }

    private void emit(InFlightImage image) {
        Completion completion = finished.remove(image);
        image.advance(ImageState.EMITTED);
        admitted.remove(image);
        admittedBytes -= image.cost();
        budget.giveBack(image.cost());
        listener.took(Step.EMIT, Duration.ofNanos(ticker.read() - completion.atNanos()));
        emitter.emit(image, completion.outcome());
    }

    private void postpone(InFlightImage image, Postponed postponed) {
        image.advance(ImageState.WAITING);
        image.trace().postponed(postponed.reason());
        int failed = failures.merge(image, 1, Integer::sum);
        long at = ticker.read() + backoff.after(failed).toNanos();
        retries.add(new Retry(at, image, postponed.unwritten()));
        listener.postponed();
    }

    private void retry() {
        long now = ticker.read();
        while (!retries.isEmpty() && retries.element().atNanos() - now <= 0) {
            Retry retry = retries.remove();
            InFlightImage image = retry.image();
            UnwrittenCaptions unwritten = retry.unwritten();
            if (unwritten == null) {
                image.advance(ImageState.RECEIVED);
                start(image);
            } else {
                image.advance(ImageState.ENCODING);
                follow(image, pipeline.write(image, unwritten));
            }
        }
    }

    /** Images admitted or waiting for room. */
    int size() {
        return admitted.size() + parked.size();
    }

    /** Bytes of the images admitted. */
    long bytes() {
        return admittedBytes;
    }

    /** Drops everything: work in progress is cancelled, and what comes of it ignored. */
    void close() {
        closed = true;
        admitted.forEach(InFlightImage::abandon);
        parked.forEach(InFlightImage::abandon);
        budget.giveBack(admittedBytes);
        admittedBytes = 0;
        admitted.clear();
        parked.clear();
        retries.clear();
        finished.clear();
        completions.clear();
    }
}
