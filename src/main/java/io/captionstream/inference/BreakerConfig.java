package io.captionstream.inference;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.model.DecodingOptions;
import java.time.Duration;

/**
 * How a model that fails is told from an image that does.
 *
 * @param decoding what the known-good image is captioned with; the options that events get by default, so that options
 *     that are too much for a device stand for themselves only
 * @param firstPause from when the model became unavailable until its known-good image is tried again
 * @param maxPause longest pause; each one after the first is twice the one before
 */
public record BreakerConfig(DecodingOptions decoding, Duration firstPause, Duration maxPause) {
    public BreakerConfig {
        requireNonNull(decoding, "decoding is null");
        checkArgument(firstPause.toNanos() > 0, "firstPause must be positive: %s", firstPause);
        checkArgument(
                maxPause.compareTo(firstPause) >= 0, "maxPause %s is shorter than firstPause %s", maxPause, firstPause);
    }

    /** Three beams and up to 20 tokens as in the service, tried again after 1 s to 30 s. */
    public static BreakerConfig defaults() {
        return of(new DecodingOptions(3, 20, 0.7));
    }

    /** Tried again after 1 s to 30 s. */
    public static BreakerConfig of(DecodingOptions decoding) {
        return new BreakerConfig(decoding, Duration.ofSeconds(1), Duration.ofSeconds(30));
    }
}
