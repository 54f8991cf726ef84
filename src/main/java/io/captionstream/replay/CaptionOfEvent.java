package io.captionstream.replay;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.ModelCaption;
import org.jspecify.annotations.Nullable;

/**
 * What a version said of an event.
 *
 * @param score of the best alternative
 * @param confidence from 0 to 1; null if the model was not calibrated
 */
public record CaptionOfEvent(
        String version,
        String caption,
        double score,
        @Nullable Double confidence) {
    public CaptionOfEvent {
        requireNonNull(version, "version is null");
        requireNonNull(caption, "caption is null");
    }

    static CaptionOfEvent of(ModelCaption caption) {
        CaptionAlternative best = caption.getAlternatives().isEmpty()
                ? null
                : caption.getAlternatives().get(0);
        return new CaptionOfEvent(
                caption.getVersion(),
                caption.getCaption(),
                best == null ? 0 : best.getScore(),
                caption.getConfidence());
    }
}
