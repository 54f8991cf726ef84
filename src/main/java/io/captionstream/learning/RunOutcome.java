package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import io.captionstream.finetune.GateResult;
import io.captionstream.store.StoredBundle;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param version that it made
 * @param stored where it is
 * @param verdict of the gate
 * @param metrics measured on the bundle, and those of the verdict
 * @param labels what became of the labelled pairs: number by {@link io.captionstream.labels.LabelOutcome#code}
 * @param holdout digest of the ids of the held-out images
 */
public record RunOutcome(
        String version,
        StoredBundle stored,
        GateResult verdict,
        Map<String, Double> metrics,
        Map<String, Integer> labels,
        String holdout) {
    public RunOutcome {
        requireNonNull(version, "version is null");
        requireNonNull(stored, "stored is null");
        requireNonNull(verdict, "verdict is null");
        metrics = ImmutableSortedMap.copyOf(metrics);
        labels = ImmutableSortedMap.copyOf(labels);
        requireNonNull(holdout, "holdout is null");
    }
}
