package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.text.Tokenizer;
import java.util.Collection;
import java.util.List;

/**
 * A caption to be judged, beside what people wrote of the same image, all as words.
 *
 * @param id of the image
 * @param candidate may be empty
 * @param references at least one
 */
public record CaptionCase(String id, List<String> candidate, List<List<String>> references) {
    public CaptionCase {
        requireNonNull(id, "id is null");
        candidate = List.copyOf(candidate);
        references = references.stream().map(List::copyOf).toList();
        checkArgument(!references.isEmpty(), "image %s has no references", id);
    }

    /** Splits the texts into words with {@link Tokenizer#tokenizeForMetrics}. */
    public static CaptionCase of(String id, String candidate, Collection<String> references) {
        return new CaptionCase(
                id,
                Tokenizer.tokenizeForMetrics(candidate),
                references.stream().map(Tokenizer::tokenizeForMetrics).toList());
    }
}
