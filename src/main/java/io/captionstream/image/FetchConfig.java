package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How images are fetched, whatever their source.
 *
 * @param threads fetches at the same time, at least 1
 * @param attemptTimeout time for one attempt, from resolving the host to the last byte
 * @param totalTimeout time for all attempts and the waits between them; waiting for a thread or for memory of this
 *     service does not count
 * @param maxAttempts attempts for what may pass, at least 1
 * @param backoff wait before the second attempt; it doubles with each, and is spread by a quarter either way
 * @param maxBackoff longest such wait, also the longest {@code Retry-After} that is waited for: a server that asks for
 *     more is given up on
 */
public record FetchConfig(
        int threads,
        Duration attemptTimeout,
        Duration totalTimeout,
        int maxAttempts,
        Duration backoff,
        Duration maxBackoff) {
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
    }

    public static FetchConfig defaults() {
        return new FetchConfig(
                64, Duration.ofSeconds(10), Duration.ofSeconds(30), 3, Duration.ofMillis(200), Duration.ofSeconds(5));
    }
}
