package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How sources of images, that is hosts and buckets, are kept from harming each other, and what is made of one that does
 * not answer.
 *
 * @param maxPerSource fetches from one source at the same time, at least 1
 * @param breakerFailures attempts in a row that must fail, without an answer between them, until a source is not asked
 *     for a while; at least 1. More than the attempts at one image count in any case, so that no image does it alone
 * @param breakerMinPause how long a source is not asked then; it doubles with each failure after a pause
 * @param breakerMaxPause longest such pause
 * @param outageWindow how long an answer shows that other sources can be reached, and how long a source that nobody
 *     asks any more counts as failing
 * @param outageLimit how long images are kept while no source answers; then they fail for reasons of their own
 */
public record SourceConfig(
        int maxPerSource,
        int breakerFailures,
        Duration breakerMinPause,
        Duration breakerMaxPause,
        Duration outageWindow,
        Duration outageLimit) {
    public SourceConfig {
        checkArgument(maxPerSource >= 1, "maxPerSource must be positive: %s", maxPerSource);
        checkArgument(breakerFailures >= 1, "breakerFailures must be positive: %s", breakerFailures);
        checkArgument(breakerMinPause.toMillis() >= 1, "breakerMinPause must be positive: %s", breakerMinPause);
        checkArgument(
                breakerMaxPause.compareTo(breakerMinPause) >= 0,
                "breakerMaxPause must not be shorter than breakerMinPause: %s",
                breakerMaxPause);
        checkArgument(outageWindow.toMillis() >= 1, "outageWindow must be positive: %s", outageWindow);
        checkArgument(!outageLimit.isNegative(), "outageLimit must not be negative: %s", outageLimit);
    }

    /** 10 failures, 5 seconds to a minute, a window of a minute, and a day. */
    public static SourceConfig defaults(int maxPerSource) {
        return new SourceConfig(
                maxPerSource,
                10,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofDays(1));
    }

    /** The same with at most that many fetches from a source. */
    public SourceConfig atMost(int fetches) {
        return new SourceConfig(
                Math.min(maxPerSource, fetches),
                breakerFailures,
                breakerMinPause,
                breakerMaxPause,
                outageWindow,
                outageLimit);
    }
}
