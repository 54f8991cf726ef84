package io.captionstream.finetune;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Map;

/**
 * What the gate says.
 *
 * @param promoted whether the challenger may take the champion's place
 * @param reason for people, with numbers
 * @param metrics by name: {@code fresh} or {@code old}, then {@code ciderD}, {@code bleu4}, {@code exactMatch} or {@code
 *     loss}, then {@code champion} or {@code challenger}; also {@code fresh.images}, {@code fresh.confidence}, {@code
 *     old.images} and {@code old.fall}. What was not measured is missing
 */
public record GateResult(boolean promoted, String reason, Map<String, Double> metrics) {
    public GateResult {
        requireNonNull(reason, "reason is null");
        metrics = ImmutableSortedMap.copyOf(metrics);
    }
}
