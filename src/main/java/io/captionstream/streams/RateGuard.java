package io.captionstream.streams;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Lets at most a number of events pass in any window of time. */
final class RateGuard {
    private final int limit;
    private final long windowNanos;
    private final Deque<Long> passed = new ArrayDeque<>();

    RateGuard(int limit, Duration window) {
        checkArgument(limit > 0, "limit must be positive: %s", limit);
        this.limit = limit;
        this.windowNanos = window.toNanos();
    }

    /**
     * Whether one more may pass.
     *
     * @param now reading of a monotonic clock, in nanoseconds
     */
    synchronized boolean tryAcquire(long now) {
        while (!passed.isEmpty() && now - passed.peekFirst() >= windowNanos) {
            passed.removeFirst();
        }
        if (passed.size() >= limit) {
            return false;
        }
        passed.addLast(now);
        return true;
    }
}
