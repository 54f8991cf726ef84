package io.captionstream.labels;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import io.captionstream.image.ImageReference;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The newest label of each image id, ids in the order in which the log first names them, and what became of the others.
 * Holds references and captions; images that are in the log itself go to the disk as they come.
 */
final class LabelTable {
    /** What is done about images that are in the records themselves. */
    @FunctionalInterface
    interface InlineImages {
        CompletableFuture<String> keep(HashCode pair, ImageReference image);
    }

    /**
     * The newest value of an id.
     *
     * @param label its image, unless inline, and captions; null if it was withdrawn
     * @param inline the digest of an inline image; null if it is elsewhere
     */
    record Entry(
            int partition,
            long timestamp,
            boolean fresh,
            @Nullable HashCode digest,
            @Nullable Label label,
            @Nullable CompletableFuture<String> inline) {}

    private static final ImageReference NONE = ImageReference.ofUri("inline:");
    private static final String DATA = "data:";

    private final LabelRules rules;
    private final InlineImages inlineImages;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<LabelOutcome, Integer> outcomes = new EnumMap<>(LabelOutcome.class);

    LabelTable(LabelRules rules, InlineImages inlineImages) {
        this.rules = rules;
        this.inlineImages = inlineImages;
    }

    /**
     * Adds a record. Those of a partition must come in the order of their offsets; among partitions, between which an id
     * moves only if their number changes, the time of the record decides.
     */
    void add(int partition, long timestamp, boolean fresh, byte @Nullable [] key, byte @Nullable [] value) {
        try {
            String id = LabelRules.id(key);
            HashCode digest = value == null ? null : Hashing.sha256().hashBytes(value);
            Entry before = entries.get(id);
            if (before != null && digest != null && digest.equals(before.digest())) {
                count(LabelOutcome.REPEATED);
                return;
            }
            Label label = value == null ? null : rules.label(key, value);
            if (before != null && before.partition() != partition && before.timestamp() > timestamp) {
                count(LabelOutcome.SUPERSEDED);
                return;
            }
            if (before != null) {
                count(before.label() == null ? LabelOutcome.WITHDRAWN : LabelOutcome.SUPERSEDED);
            }
            entries.put(id, entry(partition, timestamp, fresh, digest, label));
        } catch (RefusedLabelException e) {
            count(e.outcome());
        }
    }

    private Entry entry(
            int partition, long timestamp, boolean fresh, @Nullable HashCode digest, @Nullable Label label) {
        if (label == null || digest == null || !isInline(label.image())) {
            return new Entry(partition, timestamp, fresh, digest, label, null);
        }
        return new Entry(
                partition,
                timestamp,
                fresh,
                digest,
                new Label(label.id(), NONE, label.captions()),
                inlineImages.keep(digest, label.image()));
    }

    private static boolean isInline(ImageReference image) {
        String uri = image.uri();
        return uri == null || uri.regionMatches(true, 0, DATA, 0, DATA.length());
    }

    void count(LabelOutcome outcome) {
        count(outcome, 1);
    }

    void count(LabelOutcome outcome, int records) {
        outcomes.merge(outcome, records, Integer::sum);
    }

    Collection<Entry> entries() {
        return List.copyOf(entries.values());
    }

    Map<LabelOutcome, Integer> outcomes() {
        return outcomes;
    }
}
