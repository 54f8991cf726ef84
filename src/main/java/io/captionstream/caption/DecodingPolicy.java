package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.DecodingOverrides;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.Refinement;
import org.jspecify.annotations.Nullable;

/**
 * The decoding options of events that ask for none, and the limits of those that do.
 *
 * @param search what an event does not set, of a plain search
 * @param refinement what an event does not set otherwise; holds strengths too that have no effect until an event asks for
 *     what they are the strengths of
 * @param limits of every event
 */
public record DecodingPolicy(DecodingOptions search, Refinement refinement, Limits limits) {
    /**
     * The most that an event may ask for.
     *
     * @param beamWidth widest beam
     * @param maxLength longest caption, in tokens
     * @param lengthPenalty largest length penalty
     * @param diversity largest strength of groups of beams
     * @param temperature highest temperature
     */
    public record Limits(int beamWidth, int maxLength, double lengthPenalty, double diversity, double temperature) {}

    public DecodingPolicy {
        requireNonNull(limits, "limits is null");
        checkArgument(
                search.beamWidth() <= limits.beamWidth
                        && search.maxLength() <= limits.maxLength
                        && search.lengthPenalty() <= limits.lengthPenalty
                        && refinement.diversity() <= limits.diversity
                        && refinement.temperature() <= limits.temperature,
                "defaults %s, %s exceed the limits %s",
                search,
                refinement,
                limits);
        // Refuses what does not go together.
        search.with(refinement);
    }

    /** Beam 3, up to 20 tokens, length penalty 0.7; limits 10, 100, 5, 10 and 5. */
    public static DecodingPolicy defaultPolicy() {
        return new DecodingPolicy(
                new DecodingOptions(3, 20, 0.7),
                new Refinement(0, 0, 1, 0.5, false, 0, 0),
                new Limits(10, 100, 5, 10, 5));
    }

    /** The options of an event that asks for none. */
    public DecodingOptions defaults() {
        return search.with(refinement);
    }

    /** The options of an event with these overrides. */
    DecodingOptions resolve(@Nullable DecodingOverrides overrides) throws RejectedEventException {
        if (overrides == null) {
            return defaults();
        }
        int width = or(overrides.getBeamWidth(), search.beamWidth());
        int tokens = or(overrides.getMaxLength(), search.maxLength());
        double penalty = or(overrides.getLengthPenalty(), search.lengthPenalty());
        double diversity = or(overrides.getDiversity(), refinement.diversity());
        double temperature = or(overrides.getTemperature(), refinement.temperature());
        require(
                width >= 1 && width <= limits.beamWidth,
                "Beam width %s is not within 1 and %s",
                width,
                limits.beamWidth);
        require(
                tokens >= 1 && tokens <= limits.maxLength,
                "Maximum length %s is not within 1 and %s",
                tokens,
                limits.maxLength);
        require(
                penalty >= 0 && penalty <= limits.lengthPenalty,
                "Length penalty %s is not within 0 and %s",
                penalty,
                limits.lengthPenalty);
        require(
                diversity >= 0 && diversity <= limits.diversity,
                "Diversity %s is not within 0 and %s",
                diversity,
                limits.diversity);
        require(
                temperature >= 0 && temperature <= limits.temperature,
                "Temperature %s is not within 0 and %s",
                temperature,
                limits.temperature);
        Boolean penaltyInSearch = overrides.getPenaltyInSearch();
        try {
            return new DecodingOptions(
                    width,
                    tokens,
                    penalty,
                    new Refinement(
                            or(overrides.getMinLength(), refinement.minLength()),
                            or(overrides.getNoRepeatNgram(), refinement.noRepeatNgram()),
                            or(overrides.getBeamGroups(), refinement.beamGroups()),
                            diversity,
                            penaltyInSearch == null ? refinement.penaltyInSearch() : penaltyInSearch,
                            temperature,
                            or(overrides.getTopK(), refinement.topK())));
        } catch (IllegalArgumentException e) {
            throw new RejectedEventException(
                    ErrorCode.INVALID_DECODING, Stage.EVENT, "Decoding options: " + e.getMessage(), e);
        }
    }

    private static int or(@Nullable Integer asked, int otherwise) {
        return asked == null ? otherwise : asked;
    }

    private static double or(@Nullable Double asked, double otherwise) {
        return asked == null ? otherwise : asked;
    }

    private static void require(boolean condition, String reason, Object value, Object limit)
            throws RejectedEventException {
        if (!condition) {
            throw new RejectedEventException(ErrorCode.INVALID_DECODING, Stage.EVENT, reason.formatted(value, limit));
        }
    }
}
