package io.captionstream.caption;

import java.util.Optional;

/** The versions on trial. They come and go while images are captioned. Safe for use by many threads. */
@FunctionalInterface
public interface CaptionTrials {
    /** No version is on trial. */
    CaptionTrials NONE = model -> Optional.empty();

    /** The version of a model that is on trial now, loaded and warmed. */
    Optional<CaptionTrial> of(String model);
}
