package io.captionstream.finetune;

import io.captionstream.text.Vocabulary;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import io.captionstream.training.VocabularyBuilder;
import java.util.List;
import java.util.Set;

/**
 * Words that new labels use and the champion lacks.
 *
 * @param minimumCount rarer ones stay unknown
 * @param maximum so many of the most frequent ones are taken
 */
record NewWords(int minimumCount, int maximum) {
    /** The most frequent first, of equally frequent ones in alphabetical order. Only training captions count. */
    List<String> of(List<CaptionedImage> images, Vocabulary known) {
        List<CaptionedImage> training =
                images.stream().filter(image -> image.split() == Split.TRAIN).toList();
        Set<String> old = Set.copyOf(known.words());
        Vocabulary used = new VocabularyBuilder(minimumCount).build(training);
        return used.words().stream()
                .filter(word -> !old.contains(word))
                .limit(maximum)
                .toList();
    }
}
