package io.captionstream.live;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How busy the service is, all instances together.
 *
 * @param perSecond captions a second, over the last {@value VitalsMeter#RATE_SECONDS} seconds
 * @param history captions of each of the last {@value VitalsMeter#SECONDS} seconds, oldest first
 * @param medianMillis median time from image event to captions, over the last minute; null if there were none
 * @param slowMillis 95th percentile of the same
 * @param lag image events not yet taken up; null if unknown
 * @param deadLetters dead letters of the last minute
 * @param problem what keeps this from being up to date; null if nothing does
 */
public record Vitals(
        double perSecond,
        List<Integer> history,
        @Nullable Long medianMillis,
        @Nullable Long slowMillis,
        @Nullable Long lag,
        int deadLetters,
        @Nullable String problem) {
    public Vitals {
        history = ImmutableList.copyOf(history);
    }
}
