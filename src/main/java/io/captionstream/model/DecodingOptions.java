package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNullElse;

import io.captionstream.network.GraphSignature;
import org.jspecify.annotations.Nullable;

/**
 * How captions are searched for.
 *
 * @param beamWidth number of beams and of alternatives; 1 is greedy
 * @param maxLength longest caption in tokens, the end token included
 * @param lengthPenalty exponent alpha of the length penalty {@code ((5 + n) / 6) ^ alpha} of Wu et al., "Google's Neural
 *     Machine Translation System" (2016), equation 14; 0 ranks by the plain log-probability
 * @param refinement null for a plain search, which is the fastest
 */
public record DecodingOptions(
        int beamWidth,
        int maxLength,
        double lengthPenalty,
        @Nullable Refinement refinement) {
    public DecodingOptions {
        checkArgument(beamWidth > 0, "beamWidth must be positive: %s", beamWidth);
        checkArgument(maxLength > 0, "maxLength must be positive: %s", maxLength);
        checkArgument(
                Double.isFinite(lengthPenalty) && lengthPenalty >= 0,
                "lengthPenalty must be finite and not negative: %s",
                lengthPenalty);
        if (refinement != null) {
            checkArgument(
                    refinement.minLength() <= maxLength,
                    "minLength %s exceeds maxLength %s",
                    refinement.minLength(),
                    maxLength);
            checkArgument(
                    beamWidth % refinement.beamGroups() == 0,
                    "beamWidth %s is not a multiple of beamGroups %s",
                    beamWidth,
                    refinement.beamGroups());
            // One way to say the same thing, so that equal options share a batch.
            Refinement effective = refinement.effective(lengthPenalty);
            refinement = effective.equals(Refinement.NONE) ? null : effective;
        }
    }

    /** What a new bundle asks for unless told otherwise: three beams, ranked by the plain log-probability. */
    public static DecodingOptions defaults(int maxLength) {
        return new DecodingOptions(3, maxLength, 0);
    }

    /** A plain search. */
    public DecodingOptions(int beamWidth, int maxLength, double lengthPenalty) {
        this(beamWidth, maxLength, lengthPenalty, null);
    }

    /** The same search, refined. */
    public DecodingOptions with(Refinement refined) {
        return new DecodingOptions(beamWidth, maxLength, lengthPenalty, refined);
    }

    /** {@link #refinement}, never null. */
    public Refinement refined() {
        return requireNonNullElse(refinement, Refinement.NONE);
    }

    /** What a graph must have for these options. */
    GraphSignature signature() {
        if (refinement == null) {
            return GraphSignature.SEARCH;
        }
        return refinement.samples() ? GraphSignature.SAMPLING : GraphSignature.REFINED_SEARCH;
    }
}
