package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.text.Tokenizer;
import java.util.Collection;
import java.util.List;

/**
 * The share of captions that are, word by word, one of their references. A fit measure where a picture has one right
 * caption only, as a synthetic scene has. Case and punctuation do not count. Not thread-safe.
 */
public final class ExactMatch {
    private int captions;
    private int matches;

    /** Judges a caption. */
    public void add(String caption, Collection<String> references) {
        checkArgument(!references.isEmpty(), "references is empty");
        captions++;
        if (matches(caption, references)) {
            matches++;
        }
    }

    /** Whether a caption is, word by word, one of the references. */
    public static boolean matches(String caption, Collection<String> references) {
        List<String> words = Tokenizer.tokenize(caption);
        return references.stream()
                .anyMatch(reference -> Tokenizer.tokenize(reference).equals(words));
    }

    /** Number of captions judged. */
    public int captions() {
        return captions;
    }

    /** Number of captions that match. */
    public int matches() {
        return matches;
    }

    /** From 0 to 1; NaN before the first caption. */
    public double rate() {
        return (double) matches / captions;
    }
}
