package io.captionstream.labels;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.captionstream.text.Tokenizer;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import io.captionstream.training.VocabularyBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Images with captions that came out of ranges of the log.
 *
 * @param fresh from ranges that are new to the model, in the order of the log
 * @param old from the others
 * @param outcomes what became of the records: number by {@link LabelOutcome#code}
 */
public record LabeledDataset(List<CaptionedImage> fresh, List<CaptionedImage> old, Map<String, Integer> outcomes) {
    /** Share of a caption's words that may be unknown. */
    private static final double MOST_UNKNOWN = 0.5;

    public LabeledDataset {
        fresh = List.copyOf(fresh);
        old = List.copyOf(old);
        outcomes = ImmutableSortedMap.copyOf(outcomes);
    }

    /** All images, the old ones first. */
    public List<CaptionedImage> images() {
        return Stream.concat(old.stream(), fresh.stream()).toList();
    }

    /**
     * Without captions that a model cannot learn to say: those more than half of whose words it neither knows nor meets
     * often enough to take them up. This is what becomes of captions in another language or script, unless there are
     * enough of them.
     *
     * @param vocabulary the words it knows
     * @param minimumCount how often captions of the training split must have a word for it to be taken up
     */
    public LabeledDataset understoodBy(Set<String> vocabulary, int minimumCount) {
        checkArgument(minimumCount > 0, "minimumCount must be positive: %s", minimumCount);
        Set<String> words = new HashSet<>(vocabulary);
        List<CaptionedImage> training =
                images().stream().filter(image -> image.split() == Split.TRAIN).toList();
        words.addAll(new VocabularyBuilder(minimumCount).build(training).words());
        List<CaptionedImage> understoodFresh = understood(fresh, words);
        List<CaptionedImage> understoodOld = understood(old, words);
        int dropped = fresh.size() - understoodFresh.size() + old.size() - understoodOld.size();
        Map<String, Integer> counted = new TreeMap<>(outcomes);
        if (dropped > 0) {
            counted.merge(LabelOutcome.LEARNED.code(), -dropped, Integer::sum);
            counted.merge(LabelOutcome.UNKNOWN_WORDS.code(), dropped, Integer::sum);
        }
        return new LabeledDataset(understoodFresh, understoodOld, counted);
    }

    private static List<CaptionedImage> understood(List<CaptionedImage> images, Set<String> words) {
        List<CaptionedImage> understood = new ArrayList<>();
        for (CaptionedImage image : images) {
            List<String> captions = image.captions().stream()
                    .filter(caption -> isUnderstood(caption, words))
                    .toList();
            if (!captions.isEmpty()) {
                understood.add(new CaptionedImage(image.id(), image.file(), captions, image.split()));
            }
        }
        return understood;
    }

    private static boolean isUnderstood(String caption, Set<String> words) {
        List<String> tokens = Tokenizer.tokenize(caption);
        long unknown = tokens.stream().filter(token -> !words.contains(token)).count();
        return unknown <= MOST_UNKNOWN * tokens.size();
    }

    /** SHA-256 over the ids of the images that are not trained on, in the order of the log; lower-case hexadecimal. */
    public String holdoutDigest() {
        Hasher hasher = Hashing.sha256().newHasher();
        for (CaptionedImage image : images()) {
            if (image.split() != Split.TRAIN) {
                hasher.putString(image.id(), UTF_8).putByte((byte) 0);
            }
        }
        return hasher.hash().toString();
    }
}
