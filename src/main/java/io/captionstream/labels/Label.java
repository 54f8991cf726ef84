package io.captionstream.labels;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.image.ImageReference;
import java.util.List;

/**
 * A labelled pair that can be learned from, as far as can be told without its image.
 *
 * @param id of the image, also the record's key
 * @param image where it is, or itself
 * @param captions at least one, different, each with words in it
 */
public record Label(String id, ImageReference image, List<String> captions) {
    public Label {
        checkArgument(!id.isBlank(), "id is blank");
        requireNonNull(image, "image is null");
        captions = List.copyOf(captions);
        checkArgument(!captions.isEmpty(), "captions is empty");
    }
}
