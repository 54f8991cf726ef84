package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Sets;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How two versions of a model differ. Of what is the same in both, only the metrics are listed.
 *
 * @param before digest of one
 * @param after digest of the other
 * @param metrics all of both, by name
 * @param settings network, decoding and preprocessing, by name
 * @param lineage what they were made from and how: ranges of the log, hyper-parameters, seed, by name
 * @param addedWords words that only the second knows, in the order of its vocabulary
 * @param removedWords words that only the first knows, in the order of its vocabulary
 */
public record ModelDiff(
        String model,
        Version before,
        Version after,
        Map<String, MetricChange> metrics,
        Map<String, Change> settings,
        Map<String, Change> lineage,
        List<String> addedWords,
        List<String> removedWords) {
    /** One of the two. */
    public record Version(String version, String digest) {}

    /** Null is that the version does not say. */
    public record Change(@Nullable String before, @Nullable String after) {}

    /** Null is that the version does not say. */
    public record MetricChange(
            @Nullable Double before, @Nullable Double after) {}

    public ModelDiff {
        requireNonNull(model, "model is null");
        metrics = ImmutableSortedMap.copyOf(metrics);
        settings = ImmutableSortedMap.copyOf(settings);
        lineage = ImmutableSortedMap.copyOf(lineage);
        addedWords = List.copyOf(addedWords);
        removedWords = List.copyOf(removedWords);
    }

    static ModelDiff of(ModelBundle before, ModelBundle after) {
        return new ModelDiff(
                before.manifest().name(),
                version(before),
                version(after),
                metrics(before.manifest().metrics(), after.manifest().metrics()),
                changes(settings(before.manifest()), settings(after.manifest())),
                changes(before.manifest().lineage(), after.manifest().lineage()),
                onlyIn(after, before),
                onlyIn(before, after));
    }

    private static Version version(ModelBundle bundle) {
        return new Version(bundle.manifest().version(), bundle.digest());
    }

    private static Map<String, MetricChange> metrics(Map<String, Double> before, Map<String, Double> after) {
        Map<String, MetricChange> metrics = new TreeMap<>();
        for (String name : Sets.union(before.keySet(), after.keySet())) {
            metrics.put(name, new MetricChange(before.get(name), after.get(name)));
        }
        return metrics;
    }

    private static Map<String, String> settings(BundleManifest manifest) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("network", String.valueOf(manifest.network()));
        settings.put("foreign", String.valueOf(manifest.foreign()));
        settings.put("resize", manifest.resize());
        settings.put("decoding", manifest.decoding().toString());
        settings.put("confidence", String.valueOf(manifest.confidence()));
        settings.put("bfloat16", String.valueOf(manifest.bfloat16()));
        return settings;
    }

    private static Map<String, Change> changes(Map<String, String> before, Map<String, String> after) {
        Map<String, Change> changes = new TreeMap<>();
        for (String name : Sets.union(before.keySet(), after.keySet())) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                changes.put(name, new Change(before.get(name), after.get(name)));
            }
        }
        return changes;
    }

    private static List<String> onlyIn(ModelBundle bundle, ModelBundle other) {
        Set<String> words = new LinkedHashSet<>(bundle.vocabulary().words());
        other.vocabulary().words().forEach(words::remove);
        return List.copyOf(words);
    }
}
