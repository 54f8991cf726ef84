package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.CaptionEvent;
import org.jspecify.annotations.Nullable;

/**
 * What was said of an image, to be encoded.
 *
 * @param captions by the versions in service
 * @param shadow by those on trial in shadow mode; null if there are none
 */
record UnwrittenCaptions(CaptionEvent captions, @Nullable CaptionEvent shadow) {
    UnwrittenCaptions {
        requireNonNull(captions, "captions is null");
    }
}
