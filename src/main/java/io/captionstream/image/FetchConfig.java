package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How images are fetched, whatever their source.
 *
 * @param threads fetches at the same time, at least 1; beside them there is a {@link #reserve} for sources that hold
 *     less than others
 * @param attemptTimeout time for one attempt, from resolving the host to the last byte
 * @param totalTimeout time for all attempts and the waits between them; waiting for a thread or for memory of this
 *     service does not count
 * @param maxAttempts attempts for what may pass, at least 1
 * @param backoff wait before the second attempt; it doubles with each, and is spread by a quarter either way
 * @param maxBackoff longest such wait, also the longest {@code Retry-After} that is waited for: a server that asks for
 *     more is given up on
 * @param sources how sources share the threads, and when one is not asked
 */
public record FetchConfig(
        int threads,
        Duration attemptTimeout,
        Duration totalTimeout,
        int maxAttempts,
        Duration backoff,
        Duration maxBackoff,
        SourceConfig sources) {
    public FetchConfig {
        checkArgument(threads >= 1, "threads must be positive: %s", threads);
        checkArgument(attemptTimeout.toMillis() >= 1, "attemptTimeout must be positive: %s", attemptTimeout);
        checkArgument(
                totalTimeout.compareTo(attemptTimeout) >= 0,
                "totalTimeout must not be shorter than attemptTimeout: %s",
                totalTimeout);
        checkArgument(maxAttempts >= 1, "maxAttempts must be positive: %s", maxAttempts);
        checkArgument(backoff.toMillis() >= 1, "backoff must be positive: %s", backoff);
        checkArgument(maxBackoff.compareTo(backoff) > 0, "maxBackoff must be longer than backoff: %s", maxBackoff);
        requireNonNull(sources, "sources is null");
        checkArgument(
                sources.maxPerSource() <= threads,
                "maxPerSource must not be more than threads: %s",
                sources.maxPerSource());
    }

    /** With the defaults for sources. */
    public FetchConfig(
            int threads,
            Duration attemptTimeout,
            Duration totalTimeout,
            int maxAttempts,
            Duration backoff,
            Duration maxBackoff) {
        this(
                threads,
                attemptTimeout,
                totalTimeout,
                maxAttempts,
                backoff,
                maxBackoff,
                SourceConfig.defaults(Math.max(1, threads)));
    }

    public static FetchConfig defaults() {
        return new FetchConfig(
                64, Duration.ofSeconds(10), Duration.ofSeconds(30), 3, Duration.ofMillis(200), Duration.ofSeconds(5));
    }

    public FetchConfig withSources(SourceConfig config) {
        return new FetchConfig(threads, attemptTimeout, totalTimeout, maxAttempts, backoff, maxBackoff, config);
    }

    /** Threads beside {@link #threads}, a quarter as many, at least 1. */
    int reserve() {
        return (threads + FairShare.FACTOR - 1) / FairShare.FACTOR;
    }

    /** All threads there are for fetches. */
    int allThreads() {
        return threads + reserve();
    }

    /** Failed attempts in a row that open a breaker: never those at one image alone. */
    int breakerThreshold() {
        return Math.max(sources.breakerFailures(), maxAttempts + 1);
    }
}
