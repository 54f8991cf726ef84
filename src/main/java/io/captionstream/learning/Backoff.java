package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * Pauses after runs that failed, each twice as long as the one before.
 *
 * @param first after the first failure in a row
 * @param longest never more
 */
public record Backoff(Duration first, Duration longest) {
    public Backoff {
        checkArgument(first.toMillis() > 0, "first must be positive: %s", first);
        checkArgument(longest.compareTo(first) >= 0, "longest %s is shorter than first %s", longest, first);
    }

    /** A minute to an hour. */
    public static Backoff defaults() {
        return new Backoff(Duration.ofMinutes(1), Duration.ofHours(1));
    }

    /** @param failures in a row, at least 1 */
    Duration after(int failures) {
        Duration pause = first;
        for (int i = 1; i < failures && pause.compareTo(longest) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
