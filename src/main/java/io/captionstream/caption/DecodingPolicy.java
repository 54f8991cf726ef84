package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.event.DecodingOverrides;
import io.captionstream.model.DecodingOptions;
import org.jspecify.annotations.Nullable;

/**
 * The decoding options of events that ask for none, and the limits of those that do.
 *
 * @param defaults what an event does not set
 * @param maxBeamWidth widest beam an event may ask for
 * @param maxLength longest caption an event may ask for, in tokens
 * @param maxLengthPenalty largest length penalty an event may ask for
 */
public record DecodingPolicy(DecodingOptions defaults, int maxBeamWidth, int maxLength, double maxLengthPenalty) {
    public DecodingPolicy {
        checkArgument(
                defaults.beamWidth() <= maxBeamWidth
                        && defaults.maxLength() <= maxLength
                        && defaults.lengthPenalty() <= maxLengthPenalty,
                "defaults %s exceed the limits %s, %s, %s",
                defaults,
                maxBeamWidth,
                maxLength,
                maxLengthPenalty);
    }

    /** Beam 3, up to 20 tokens, length penalty 0.7; limits 10, 100 and 5. */
    public static DecodingPolicy defaultPolicy() {
        return new DecodingPolicy(new DecodingOptions(3, 20, 0.7), 10, 100, 5);
    }

    /** The options of an event with these overrides. */
    DecodingOptions resolve(@Nullable DecodingOverrides overrides) throws RejectedEventException {
        if (overrides == null) {
            return defaults;
        }
        Integer beamWidth = overrides.getBeamWidth();
        Integer length = overrides.getMaxLength();
        Double lengthPenalty = overrides.getLengthPenalty();
        int width = beamWidth == null ? defaults.beamWidth() : beamWidth;
        int tokens = length == null ? defaults.maxLength() : length;
        double penalty = lengthPenalty == null ? defaults.lengthPenalty() : lengthPenalty;
        require(width >= 1 && width <= maxBeamWidth, "Beam width %s is not within 1 and %s", width, maxBeamWidth);
        require(tokens >= 1 && tokens <= maxLength, "Maximum length %s is not within 1 and %s", tokens, maxLength);
        require(
                penalty >= 0 && penalty <= maxLengthPenalty,
                "Length penalty %s is not within 0 and %s",
                penalty,
                maxLengthPenalty);
        return new DecodingOptions(width, tokens, penalty);
    }

    private static void require(boolean condition, String reason, Object value, Object limit)
            throws RejectedEventException {
        if (!condition) {
            throw new RejectedEventException(ErrorCode.INVALID_DECODING, Stage.EVENT, reason.formatted(value, limit));
        }
    }
}
