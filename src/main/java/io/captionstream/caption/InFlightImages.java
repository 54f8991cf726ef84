package io.captionstream.caption;

import com.google.common.base.Ticker;
import io.captionstream.caption.Outcome.Captioned;
import io.captionstream.caption.Outcome.Postponed;
import io.captionstream.caption.Outcome.Rejected;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The images of one task that are on their way: starts them within the limits, takes in what comes of them, tries again
 * what is postponed, and emits outcomes in order. Nothing here waits. All methods are for the task's stream thread; other
 * threads only leave completions in a queue.
 */
final class InFlightImages {
    private final CaptionPipeline pipeline;
    private final InFlightLimits limits;
    private final RetryBackoff backoff;
    private final long pixelBytes;
    private final Shared shared;
    private final Ticker ticker;
    private final CaptionListener listener;
    private final Task task;
    private final EmissionOrder order;

    private final Queue<InFlightImage> parked = new ArrayDeque<>();
    private final Map<InFlightImage, Completion> finished = new HashMap<>();
    private final Set<InFlightImage> admitted = new LinkedHashSet<>();
    private final PriorityQueue<Retry> retries = new PriorityQueue<>(Comparator.comparingLong(Retry::atNanos));
    private final Map<InFlightImage, Integer> failures = new HashMap<>();
    private final Queue<Completion> completions = new ConcurrentLinkedQueue<>();
    private long admittedBytes;
    private volatile boolean closed;

    /** What all tasks of the process share. */
    record Shared(InFlightBudget budget, Isolation isolation) {}

    /** The task that the images are of. */
    interface Task {
        /** Says what has an outcome. */
        OffsetLedger ledger();

        /** Asks for a commit soon. */
        void commit();

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

    InFlightImages(
            CaptionConfig config,
            CaptionPipeline pipeline,
            Shared shared,
            Ticker ticker,
            CaptionListener listener,
            Task task) {
        this.pipeline = pipeline;
        this.limits = config.limits();
        this.backoff = config.retry();
        this.pixelBytes = pipeline.pixelBytes();
        this.shared = shared;
        this.ticker = ticker;
        this.listener = listener;
        this.task = task;
        this.order = new EmissionOrder(config.ordering());
    }

    /** What an entry costs. */
    private long cost(InFlightEntry entry) {
        return 2 * entry.bytes() + pixelBytes;
    }

    /** Takes an image in, behind all others, to be started as soon as there is room. */
    void add(InFlightEntry entry) {
        InFlightImage image = image(entry);
        order.add(image);
        parked.add(image);
    }

    /** Takes in an event whose outcome is known. */
    void addRejected(InFlightEntry entry, Rejected rejected) {
        InFlightImage image = image(entry);
        order.add(image);
        admit(image);
        completions.add(new Completion(image, rejected, ticker.read()));
    }

    private InFlightImage image(InFlightEntry entry) {
        return new InFlightImage(
                entry,
                cost(entry),
                ticker.read(),
                listener.received(entry.topic(), entry.partition(), entry.offset(), entry.headers()));
    }

    /** Emits what is ready, tries again what is due, starts what there is room for. */
    void advance() {
        do {
            for (Completion next = completions.poll(); next != null; next = completions.poll()) {
                complete(next);
            }
            retry();
            start();
        } while (!completions.isEmpty());
    }

    /** Whether one more image could start at once. */
    boolean hasRoom() {
        return parked.isEmpty() && hasRoom(pixelBytes);
    }

    private void start() {
        if (!task.ledger().hasBegun()) {
            return;
        }
        if (task.ledger().isIsolating()) {
            startAlone();
            return;
        }
        while (!parked.isEmpty() && hasRoom(parked.element().cost())) {
            start(admit(parked.remove()));
        }
    }

    private boolean hasRoom(long cost) {
        return admitted.isEmpty()
                || (admitted.size() < limits.count()
                        && admittedBytes + cost <= limits.bytes()
                        && shared.budget().fits(cost));
    }

    private InFlightImage admit(InFlightImage image) {
        admitted.add(image);
        admittedBytes += image.cost();
        shared.budget().acquire(image.cost());
        return image;
    }

    private void start(InFlightImage image) {
        long waited = ticker.read() - image.receivedNanos();
        if (image.attempts() == 0 && waited > 0) {
            listener.waited(Duration.ofNanos(waited));
        }
        follow(image, pipeline.start(image));
    }

    private void startAlone() {
        if (parked.isEmpty() || !admitted.isEmpty()) {
            return;
        }
        InFlightImage next = parked.element();
        if (task.ledger().quarantined() == next.offset()) {
            admit(parked.remove());
            completions.add(new Completion(next, quarantined(), ticker.read()));
        } else if (mayRunAlone(next)) {
            start(admit(parked.remove()));
        }
    }

    /** Whether a commit says that this image is worked on, and no other of the process that is suspected; asks for it. */
    private boolean mayRunAlone(InFlightImage image) {
        OffsetLedger ledger = task.ledger();
        if (!shared.isolation().tryAcquire(this)) {
            return false;
        }
        if (!ledger.isSuspectCommitted(image.offset())) {
            ledger.suspect(image.offset());
            task.commit();
            return false;
        }
        return true;
    }

    private static Rejected quarantined() {
        return new Rejected(
                ErrorCode.QUARANTINED,
                Stage.EVENT,
                "The service has ended %d times while it worked on this event alone"
                        .formatted(OffsetLedger.MAX_STRIKES),
                1,
                IllegalStateException.class.getName());
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
        shared.isolation().release(this);
        if (completion.outcome() instanceof Postponed postponed) {
            task.ledger().acquit();
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
        shared.budget().release(image.cost());
        listener.took(Step.EMIT, Duration.ofNanos(ticker.read() - completion.atNanos()));
        task.emit(image, completion.outcome());
    }

    private void postpone(InFlightImage image, Postponed postponed) {
        image.advance(ImageState.WAITING);
        image.trace().postponed(postponed.reason());
        task.ledger().obstacle(postponed.reason());
        int failed = failures.merge(image, 1, Integer::sum);
        long at = ticker.read() + backoff.after(failed).toNanos();
        retries.add(new Retry(at, image, postponed.unwritten()));
        listener.postponed(postponed.cause());
    }

    private void retry() {
        long now = ticker.read();
        while (!retries.isEmpty() && retries.element().atNanos() - now <= 0) {
            InFlightImage image = retries.element().image();
            if (task.ledger().isIsolating() && !mayRunAlone(image)) {
                return;
            }
            UnwrittenCaptions unwritten = retries.remove().unwritten();
            if (unwritten == null) {
                image.advance(ImageState.RECEIVED);
                start(image);
            } else {
                image.advance(ImageState.ENCODING);
                follow(image, pipeline.write(image, unwritten));
            }
        }
    }

    /** Images started or waiting for room. */
    int size() {
        return admitted.size() + parked.size();
    }

    /** Bytes of the images started. */
    long bytes() {
        return admittedBytes;
    }

    /** Drops everything: work in progress is cancelled, and what comes of it ignored. */
    void close() {
        closed = true;
        shared.isolation().release(this);
        admitted.forEach(InFlightImage::abandon);
        parked.forEach(InFlightImage::abandon);
        shared.budget().release(admittedBytes);
        admittedBytes = 0;
        admitted.clear();
        parked.clear();
        retries.clear();
        finished.clear();
        completions.clear();
    }
}
