package io.captionstream.learning;

import io.captionstream.event.Lineage;
import io.captionstream.event.ModelRelease;
import io.captionstream.labels.LogRange;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans runs: what the champion has learned from is old, the rest of the log is fresh. */
final class RunPlanner {
    private static final DateTimeFormatter VERSION =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final LearningConfig config;

    RunPlanner(LearningConfig config) {
        this.config = config;
    }

    /**
     * A run that starts from the champion.
     *
     * @param createdAt also names the version, by its second
     * @return empty if the champion has learned from all labels there are
     */
    Optional<RunPlan> plan(String model, ModelState state, ModelRelease champion, String trigger, Instant createdAt) {
        Map<Integer, Long> seen = seen(state, champion);
        List<LogRange> ranges = new ArrayList<>();
        state.ends().forEach((partition, end) -> {
            long learned = Math.min(end, seen.getOrDefault(partition, 0L));
            if (learned > 0) {
                ranges.add(range(partition, 0, learned, false));
            }
            if (end > learned) {
                ranges.add(range(partition, learned, end, true));
            }
        });
        if (ranges.stream().noneMatch(LogRange::fresh)) {
            return Optional.empty();
        }
        String version = VERSION.format(createdAt);
        return Optional.of(new RunPlan(
                model,
                version,
                version,
                ranges,
                new RunPlan.Parent(champion.getVersion(), champion.getDigest()),
                null,
                config.fineTune(),
                createdAt,
                trigger));
    }

    /** The labels that came after offsets. */
    List<LogRange> since(ModelState state, Map<Integer, Long> from) {
        List<LogRange> ranges = new ArrayList<>();
        state.ends().forEach((partition, end) -> {
            long start = Math.min(end, from.getOrDefault(partition, 0L));
            if (end > start) {
                ranges.add(range(partition, start, end, true));
            }
        });
        return ranges;
    }

    private LogRange range(int partition, long from, long to, boolean fresh) {
        return new LogRange(config.topics().labeledPairs(), partition, from, to, fresh);
    }

    /** What is known of the version here, or else what its release says; a version from elsewhere has seen nothing. */
    private Map<Integer, Long> seen(ModelState state, ModelRelease champion) {
        Map<Integer, Long> known = state.seen().get(champion.getDigest());
        if (known != null) {
            return known;
        }
        Map<Integer, Long> seen = new HashMap<>();
        Lineage lineage = champion.getLineage();
        if (lineage != null) {
            lineage.getRanges().stream()
                    .filter(range -> range.getTopic().equals(config.topics().labeledPairs()))
                    .forEach(range -> seen.merge(range.getPartition(), range.getToOffset(), Math::max));
        }
        return seen;
    }
}
