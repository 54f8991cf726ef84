package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * An image and what people say of it.
 *
 * @param id identifies the image for ever
 * @param file the encoded image
 * @param captions at least one
 * @param split what the image is used for
 */
public record CaptionedImage(String id, Path file, List<String> captions, Split split) {
    public CaptionedImage {
        requireNonNull(id, "id is null");
        requireNonNull(file, "file is null");
        requireNonNull(split, "split is null");
        captions = List.copyOf(captions);
        checkArgument(!id.isEmpty(), "id is empty");
        checkArgument(!captions.isEmpty(), "image %s has no captions", id);
    }

    /** An image whose id decides its split. */
    public CaptionedImage(String id, Path file, List<String> captions) {
        this(id, file, captions, Split.of(id));
    }
}
