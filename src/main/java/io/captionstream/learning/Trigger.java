package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a model is trained without being asked to. Without new pairs it never is.
 *
 * @param newPairs as soon as there are so many; 0 for never
 * @param interval so long after the last run began, if there are any; null for never
 * @param cron at these times, if there are any; null for never
 */
public record Trigger(
        int newPairs, @Nullable Duration interval, @Nullable CronSchedule cron) {
    public Trigger {
        checkArgument(newPairs >= 0, "newPairs must not be negative: %s", newPairs);
        checkArgument(
                interval == null || (!interval.isNegative() && !interval.isZero()),
                "interval must be positive: %s",
                interval);
    }

    /** Every so many new pairs. */
    public static Trigger every(int newPairs) {
        return new Trigger(newPairs, null, null);
    }

    /**
     * Why it is time to train now; empty if it is not.
     *
     * @param pairs new since the last run
     * @param since when the last run began, or the first label came
     */
    Optional<String> due(long pairs, Instant since, Instant now) {
        if (pairs <= 0) {
            return Optional.empty();
        }
        if (newPairs > 0 && pairs >= newPairs) {
            return Optional.of("count");
        }
        if (interval != null && !now.isBefore(since.plus(interval))) {
            return Optional.of("interval");
        }
        return cron != null && cron.isBetween(since, now) ? Optional.of("cron") : Optional.empty();
    }
}
