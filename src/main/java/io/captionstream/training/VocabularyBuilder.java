package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.text.Tokenizer;
import io.captionstream.text.Vocabulary;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a vocabulary of the words that captions use often enough. */
public final class VocabularyBuilder {
    private final int minimumCount;

    /** @param minimumCount words seen less often are left out and become unknown */
    public VocabularyBuilder(int minimumCount) {
        checkArgument(minimumCount > 0, "minimumCount is not positive: %s", minimumCount);
        this.minimumCount = minimumCount;
    }

    /** The words in the order of their frequency, equally frequent ones in alphabetical order. */
    public Vocabulary build(Collection<CaptionedImage> images) {
        Map<String, Integer> counts = new HashMap<>();
        images.stream()
                .flatMap(image -> image.captions().stream())
                .flatMap(caption -> Tokenizer.tokenize(caption).stream())
                .forEach(word -> counts.merge(word, 1, Integer::sum));
        List<String> words = counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= minimumCount)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
        return Vocabulary.of(words);
    }
}
