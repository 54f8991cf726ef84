package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * When a version on trial is judged.
 *
 * @param minimumPairs new pairs since the trial began before the first verdict, and between one and the next
 * @param maximumPairs after so many the trial ends, whatever the verdict
 * @param maximumTime after so long the trial ends, whatever the verdict
 */
public record TrialRules(int minimumPairs, int maximumPairs, Duration maximumTime) {
    public TrialRules {
        checkArgument(minimumPairs > 0, "minimumPairs must be positive: %s", minimumPairs);
        checkArgument(
                maximumPairs >= minimumPairs,
                "maximumPairs must be at least minimumPairs, which is %s: %s",
                minimumPairs,
                maximumPairs);
        checkArgument(maximumTime.toMillis() > 0, "maximumTime must be positive: %s", maximumTime);
    }

    /** Every 100 pairs, up to 1,000 or a week. */
    public static TrialRules defaults() {
        return new TrialRules(100, 1000, Duration.ofDays(7));
    }
}
