package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one image's fetch: its time, its bytes and its share of memory. Time stands still while the fetch waits
 * for memory, as that is this service's doing and not the server's.
 */
final class Fetch {
    private static final int FIRST_CHUNK = 64 * 1024;

    private final FetchConfig config;
    private final long maxBytes;
    private final ByteBudget memory;
    private final ScheduledExecutorService timer;
    private final Runnable onTimeout;

    private long nanosLeft;
    private long attemptNanosLeft;
    private long runningSince;
    private @Nullable ScheduledFuture<?> alarm;
    private @Nullable Runnable abort;
    private boolean stopped;
    private boolean expired;
    private @Nullable Duration retryAfter;
    private boolean redirected;
    private ByteBudget.@Nullable Reservation reservation;

    /** @param onTimeout called when the total time is over, whatever the fetching thread is stuck in */
    Fetch(FetchConfig config, long maxBytes, ByteBudget memory, ScheduledExecutorService timer, Runnable onTimeout) {
        this.config = requireNonNull(config, "config is null");
        this.maxBytes = maxBytes;
        this.memory = requireNonNull(memory, "memory is null");
        this.timer = requireNonNull(timer, "timer is null");
        this.onTimeout = requireNonNull(onTimeout, "onTimeout is null");
        this.nanosLeft = config.totalTimeout().toNanos();
        this.runningSince = System.nanoTime();
    }

    /** Starts the time of an attempt; forgets what the last one held. */
    synchronized void beginAttempt() throws ImageException {
        pause();
        release();
        attemptNanosLeft = config.attemptTimeout().toNanos();
        stopped = expired;
        retryAfter = null;
        redirected = false;
        resume();
        check();
    }

    /** Ends the time of an attempt; the total goes on. */
    synchronized void endAttempt() {
        pause();
        abort = null;
        attemptNanosLeft = Long.MAX_VALUE;
        resume();
    }

    /** Ends all timing. What is reserved stays so until {@link #release}. */
    synchronized void end() {
        pause();
        abort = null;
    }

    /** @throws ImageException {@code TIMEOUT} if the attempt's or the total time is over */
    synchronized void check() throws ImageException {
        if (stopped) {
            throw timeout(null);
        }
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    synchronized boolean isExpired() {
        return expired;
    }

    ImageException timeout(@Nullable Throwable cause) {
        String message = isExpired()
                ? "No complete answer within the total time of " + config.totalTimeout()
                : "No complete answer within " + config.attemptTimeout();
        return new ImageException(TIMEOUT, ImageException.Stage.FETCH, message, cause);
    }

    /** What breaks a blocked attempt off when its time is over; at once if it is over already. */
    synchronized void onStop(Runnable action) {
        abort = action;
        if (stopped) {
            action.run();
        }
    }

    /** Stops for good: the result is not wanted any more. */
    synchronized void cancel() {
        expired = true;
        stop();
    }

    /** How long the server asks to wait before the next attempt. */
    synchronized void retryAfter(Duration wait) {
        retryAfter = wait;
    }

    synchronized @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** The attempt goes on at another host, by which its source cannot be judged. */
    synchronized void redirected() {
        redirected = true;
    }

    synchronized boolean isRedirected() {
        return redirected;
    }

    /**
     * Reads a body within the limits.
     *
     * @param length as announced, negative if unknown
     * @throws ImageException {@code TOO_MANY_BYTES}, {@code TIMEOUT}
     * @throws IOException if the stream fails or ends before the announced length
     */
    byte[] read(InputStream body, long length) throws ImageException, IOException, InterruptedException {
        if (length > maxBytes) {
            throw ImageException.fetch(TOO_MANY_BYTES, "The image has " + length + " bytes, the limit is " + maxBytes);
        }
        reserve(length >= 0 ? length : maxBytes);
        byte[] bytes = new byte[(int) (length >= 0 ? length : Math.min(FIRST_CHUNK, maxBytes))];
        int filled = 0;
        while (true) {
            check();
            int count = filled < bytes.length ? body.read(bytes, filled, bytes.length - filled) : 0;
            if (count < 0) {
                break;
            }
            filled += count;
            if (filled < bytes.length) {
                continue;
            }
            int next = body.read();
            if (next < 0) {
                break;
            }
            if (length >= 0) {
                throw new IOException("The body goes on after the announced " + length + " bytes");
            }
            if (filled >= maxBytes) {
                throw ImageException.fetch(TOO_MANY_BYTES, "The image has more bytes than the limit of " + maxBytes);
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, Math.max(2L * bytes.length, FIRST_CHUNK)));
            bytes[filled++] = (byte) next;
        }
        if (filled < length) {
            throw new IOException("The body ended after " + filled + " of " + length + " bytes");
        }
        shrink(filled);
        return filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled);
    }

    /** Waits for memory. Called once per attempt: a fetch that holds memory never waits for more. */
    void reserve(long bytes) throws ImageException, InterruptedException {
        synchronized (this) {
            pause();
        }
        ByteBudget.Reservation reserved = memory.reserve(bytes);
        synchronized (this) {
            reservation = reserved;
            resume();
            check();
        }
    }

    private synchronized void shrink(long bytes) {
        if (reservation != null) {
            reservation.shrink(bytes);
        }
    }

    /** Gives the reserved memory back. */
    synchronized void release() {
        if (reservation != null) {
            reservation.close();
            reservation = null;
        }
    }

    private void pause() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        long elapsed = System.nanoTime() - runningSince;
        nanosLeft -= elapsed;
        attemptNanosLeft -= elapsed;
        runningSince = System.nanoTime();
    }

    private void resume() {
        runningSince = System.nanoTime();
        if (!expired) {
            alarm = timer.schedule(this::ring, Math.max(0, Math.min(nanosLeft, attemptNanosLeft)), NANOSECONDS);
        }
    }

    private void ring() {
        boolean over;
        synchronized (this) {
            if (alarm == null) {
                return;
            }
            pause();
            over = nanosLeft <= 0;
            expired |= over;
            attemptNanosLeft = Long.MAX_VALUE;
            stop();
            resume();
        }
        if (over) {
            onTimeout.run();
        }
    }

    private void stop() {
        stopped = true;
        if (abort != null) {
            abort.run();
        }
    }
}
