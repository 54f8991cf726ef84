package io.captionstream.coco;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import io.captionstream.text.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image of a dataset and what people say of it.
 *
 * @param id the image's number in COCO where it has one, else its file name
 * @param path of the file below the folder of all images, {@code /} between folders; stays below
 * @param captions those with a word in them, one line each; may be empty
 * @param split {@code train}, {@code validation}, {@code test}, or null where the dataset does not say
 */
public record CocoImage(
        String id,
        String path,
        List<String> captions,
        @Nullable String split) {
    private static final Splitter SEGMENTS = Splitter.on('/');

    public CocoImage {
        requireNonNull(id, "id is null");
        checkArgument(!id.isBlank(), "an image has a blank id");
        checkArgument(isBelow(path), "image %s has the file name '%s', which leaves its folder", id, path);
        captions = captions.stream()
                .map(caption -> CharMatcher.whitespace().trimAndCollapseFrom(caption, ' '))
                .filter(caption -> !Tokenizer.tokenize(caption).isEmpty())
                .toList();
    }

    private static boolean isBelow(String path) {
        return SEGMENTS.splitToStream(path)
                .noneMatch(segment -> segment.isBlank()
                        || segment.equals(".")
                        || segment.equals("..")
                        || CharMatcher.anyOf("\\\0").matchesAnyOf(segment));
    }
}
