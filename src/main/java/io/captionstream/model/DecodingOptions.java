package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How captions are searched for.
 *
 * @param beamWidth number of beams and of alternatives; 1 is greedy
 * @param maxLength longest caption in tokens, the end token included
 * @param lengthPenalty exponent alpha of the length penalty {@code ((5 + n) / 6) ^ alpha} of Wu et al., "Google's Neural
 *     Machine Translation System" (2016), equation 14; 0 ranks by the plain log-probability
 */
public record DecodingOptions(int beamWidth, int maxLength, double lengthPenalty) {
    public DecodingOptions {
        checkArgument(beamWidth > 0, "beamWidth must be positive: %s", beamWidth);
        checkArgument(maxLength > 0, "maxLength must be positive: %s", maxLength);
        checkArgument(
                Double.isFinite(lengthPenalty) && lengthPenalty >= 0,
                "lengthPenalty must be finite and not negative: %s",
                lengthPenalty);
    }
}
