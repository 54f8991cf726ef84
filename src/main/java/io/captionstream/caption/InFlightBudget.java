package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that all tasks of the process may have in flight together. It never blocks: a task without anything in
 * flight takes what it needs even beyond the limit, so every task goes on by its own completions and none waits for
 * those of another, which its own thread might have to forward.
 */
final class InFlightBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    InFlightBudget(long limit) {
        checkArgument(limit > 0, "limit must be positive: %s", limit);
        this.limit = limit;
    }

    boolean fits(long bytes) {
        return used.get() + bytes <= limit;
    }

    void acquire(long bytes) {
        used.addAndGet(bytes);
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
