package io.captionstream.release;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How long to wait after failures in a row: doubling from the first to the longest.
 *
 * @param first after the first failure
 * @param longest never more
 */
public record RetryDelay(Duration first, Duration longest) {
    private static final int MOST_DOUBLINGS = 30;

    public RetryDelay {
        checkArgument(!first.isNegative() && !first.isZero(), "first must be positive: %s", first);
        checkArgument(longest.compareTo(first) >= 0, "longest %s is shorter than first %s", longest, first);
    }

    /** @param failures so far, at least 1 */
    public Duration after(int failures) {
        Duration wait = first.multipliedBy(1L << Math.min(MOST_DOUBLINGS, failures - 1));
        return wait.compareTo(longest) < 0 ? wait : longest;
    }
}
