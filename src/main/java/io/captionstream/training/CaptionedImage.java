package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * An image and what people say of it.
 *
 * @param id identifies the image for ever; decides its {@link Split}
 * @param file the encoded image
 * @param captions at least one
 */
public record CaptionedImage(String id, Path file, List<String> captions) {
    public CaptionedImage {
        requireNonNull(id, "id is null");
        requireNonNull(file, "file is null");
        captions = List.copyOf(captions);
        checkArgument(!id.isEmpty(), "id is empty");
        checkArgument(!captions.isEmpty(), "image %s has no captions", id);
    }
}
