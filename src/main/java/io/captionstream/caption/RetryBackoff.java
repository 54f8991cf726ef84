package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * Pauses between attempts at what will work again: each twice as long as the one before.
 *
 * @param initial pause after the first failure
 * @param max longest pause
 */
public record RetryBackoff(Duration initial, Duration max) {
    public RetryBackoff {
        checkArgument(initial.toMillis() > 0, "initial must be positive: %s", initial);
        checkArgument(max.compareTo(initial) >= 0, "max %s is shorter than initial %s", max, initial);
    }

    /** 100 ms to 5 s. */
    public static RetryBackoff defaults() {
        return new RetryBackoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    }

    /** The pause after this many failures, at least one, before. */
    Duration after(int failures) {
        Duration pause = initial;
        for (int i = 1; i < failures && pause.compareTo(max) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(max) < 0 ? pause : max;
    }
}
