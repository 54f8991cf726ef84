package io.captionstream.learning;

import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.util.Map;

/** None of the labelled pairs of a run can be learned from. The message says what became of them. */
public final class NothingToLearnException extends IOException {
    private final transient Map<String, Integer> labels;

    NothingToLearnException(Map<String, Integer> labels) {
        super("None of the labelled pairs can be trained on: " + labels);
        this.labels = ImmutableSortedMap.copyOf(labels);
    }

    /** Number of pairs by {@link io.captionstream.labels.LabelOutcome#code}. */
    public Map<String, Integer> labels() {
        return labels;
    }
}
