package io.captionstream.publish;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.RateLimiter;
import io.captionstream.event.ImageEvent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Publishes images at a steady rate, and stops at the first that cannot be written. */
public final class Publication {
    /** So many events are under way at a time; inline images are also bounded by the producer's buffer. */
    private static final int MAX_IN_FLIGHT = 1000;

    private final Function<ImageEvent, CompletableFuture<RecordMetadata>> publisher;
    private final double rate;
    private final long skip;
    private final Listener listener;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong firstFailed = new AtomicLong(Long.MAX_VALUE);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Hears of every event that is written, on the producer's thread. */
    @FunctionalInterface
    public interface Listener {
        void onWritten(ImageEvent event, RecordMetadata at);
    }

    /**
     * What came of a publication.
     *
     * @param written events that all replicas have
     * @param next so many events of the inputs need not be published again: all of them are written or were skipped
     * @param complete whether the inputs came to their end
     */
    public record Summary(long written, long next, boolean complete) {}

    /**
     * @param publisher for example {@link ImagePublisher#publish}
     * @param rate events per second; 0 for as many as go
     * @param skip so many events are passed over first
     */
    public Publication(
            Function<ImageEvent, CompletableFuture<RecordMetadata>> publisher,
            double rate,
            long skip,
            Listener listener) {
        this.publisher = requireNonNull(publisher, "publisher is null");
        this.rate = rate;
        this.skip = skip;
        this.listener = requireNonNull(listener, "listener is null");
    }

    /**
     * Publishes, and waits until the outcome of every event is known.
     *
     * @param stop asked before every event
     * @throws IOException if an input cannot be read or an event not be written, with a message that says where to go
     *     on
     */
    public Summary run(ImageInputs inputs, BooleanSupplier stop) throws IOException {
        Sending sending = new Sending(stop);
        try {
            inputs.forEach(sending);
        } catch (IOException | IllegalArgumentException e) {
            await();
            throw new IOException(where(e, sending.taken), e);
        }
        await();
        Throwable first = failure.get();
        if (first != null) {
            throw new IOException(where(first, firstFailed.get()), first);
        }
        return new Summary(written.get(), sending.taken, !sending.stopped);
    }

    private String where(Throwable failure, long next) {
        return "%s. %d events were written; --skip %d goes on after them"
                .formatted(failure.getMessage(), written.get(), Math.min(next, firstFailed.get()));
    }

    private void await() throws IOException {
        try {
            // The producer gives up on each event after its delivery timeout.
            inFlight.acquire(MAX_IN_FLIGHT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Takes one event after the other. */
    private final class Sending implements ImageInput.Sink {
        private final @Nullable RateLimiter pace = rate > 0 ? RateLimiter.create(rate) : null;
        private final BooleanSupplier stop;
        private long taken;
        private boolean stopped;

        Sending(BooleanSupplier stop) {
            this.stop = stop;
        }

        @Override
        public boolean accept(ImageEvent event) throws IOException {
            if (stop.getAsBoolean() || failure.get() != null) {
                stopped = true;
                return false;
            }
            if (taken >= skip) {
                send(event, taken);
            }
            taken++;
            return true;
        }

        @SuppressWarnings("FutureReturnValueIgnored")
        private void send(ImageEvent event, long number) throws IOException {
            if (pace != null) {
                pace.acquire();
            }
            try {
                inFlight.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
            publisher.apply(event).whenComplete((at, problem) -> {
                try {
                    settle(event, number, at, problem);
                } finally {
                    inFlight.release();
                }
            });
        }

        private void settle(ImageEvent event, long number, RecordMetadata at, @Nullable Throwable problem) {
            if (problem == null) {
                written.incrementAndGet();
                listener.onWritten(event, at);
            } else {
                firstFailed.accumulateAndGet(number, Math::min);
                failure.compareAndSet(null, problem);
            }
        }
    }
}
