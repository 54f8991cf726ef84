package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * Pauses between attempts at what will work again: each twice as long as the one before.
 *
 * @param initial pause after the first failure
 * @param max longest pause
 * @param patience how long an image waits at least for a source that is out, before it becomes a dead letter after all
 */
public record RetryBackoff(Duration initial, Duration max, Duration patience) {
    private static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(30);

    public RetryBackoff {
        checkArgument(initial.toMillis() > 0, "initial must be positive: %s", initial);
        checkArgument(max.compareTo(initial) >= 0, "max %s is shorter than initial %s", max, initial);
        checkArgument(!patience.isNegative(), "patience is negative: %s", patience);
    }

    /** With a patience of half an hour. */
    public RetryBackoff(Duration initial, Duration max) {
        this(initial, max, DEFAULT_PATIENCE);
    }

    /** 100 ms to 5 s, for half an hour. */
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
