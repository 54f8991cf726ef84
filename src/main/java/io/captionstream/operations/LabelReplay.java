package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.connection.Connection;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.labels.LogRange;
import io.captionstream.learning.RunListener;
import io.captionstream.learning.RunOutcome;
import io.captionstream.learning.RunPlan;
import io.captionstream.learning.TrainingRun;
import io.captionstream.model.BundleException;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.replay.LogRanges;
import io.captionstream.replay.PartitionRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Makes versions from parts of the log of labelled pairs, beside the trainers and without a consumer group. The plan of a
 * run is kept until the run is done, so that the same request goes on with it, whatever has come into the log since.
 */
public final class LabelReplay {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter VERSION =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final ModelOperations models;
    private final Connection connection;
    private final String topic;
    private final TrainingRun runs;
    private final Path plans;
    private final Clock clock;

    /**
     * @param topic of the labelled pairs
     * @param runs carries the plans out
     * @param plans folder for what goes on
     */
    public LabelReplay(
            ModelOperations models, Connection connection, String topic, TrainingRun runs, Path plans, Clock clock) {
        this.models = requireNonNull(models, "models is null");
        this.connection = requireNonNull(connection, "connection is null");
        this.topic = requireNonNull(topic, "topic is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.plans = requireNonNull(plans, "plans is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** @param plan as {@link RunPlan#toJson} */
    private record Begun(LabelReplayRequest request, String plan) {}

    /**
     * What a request means: the plan it began with, if it did, or else what it means now.
     *
     * @param config how the version learns
     * @throws OperationException if another request of this name is not done, or the parent is not to be had
     */
    public RunPlan begin(LabelReplayRequest request, FineTuneConfig config) throws IOException, OperationException {
        Path file = file(request.name());
        if (Files.exists(file)) {
            Begun begun = JSON.readValue(file.toFile(), Begun.class);
            if (!begun.request().equals(request)) {
                throw new OperationException(
                        OperationException.Kind.CONFLICT,
                        "The replay %s is not done, and was asked for otherwise: %s. Go on with it, delete %s, or take another name"
                                .formatted(request.name(), begun.request(), file));
            }
            return RunPlan.fromJson(begun.plan());
        }
        RunPlan plan = plan(request, config);
        Files.createDirectories(plans);
        Path part = plans.resolve(request.name() + ".part");
        JSON.writeValue(part.toFile(), new Begun(request, plan.toJson()));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        return plan;
    }

    private Path file(String name) {
        return plans.resolve(name + ".json");
    }

    private RunPlan plan(LabelReplayRequest request, FineTuneConfig config) throws IOException, OperationException {
        ModelBundle parent = models.open(request.model(), request.parent());
        List<PartitionRange> asked = LogRanges.resolve(connection, topic, request.from(), request.to());
        Instant createdAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        String version = request.version() == null ? VERSION.format(createdAt) : request.version();
        return new RunPlan(
                request.model(),
                request.name(),
                version,
                ranges(asked, request.fromScratch() ? Map.of() : seen(parent)),
                request.fromScratch()
                        ? null
                        : new RunPlan.Parent(parent.manifest().version(), parent.digest()),
                request.fromScratch() ? parent.manifest().requireNetwork() : null,
                config,
                createdAt,
                "replay of labels");
    }

    /** What was asked for is fresh; what the parent learned before it is mixed in against forgetting. */
    private List<LogRange> ranges(List<PartitionRange> asked, Map<Integer, Long> seen) {
        List<LogRange> ranges = new ArrayList<>();
        for (PartitionRange range : asked) {
            long old = Math.min(range.from(), seen.getOrDefault(range.partition(), 0L));
            if (old > 0) {
                ranges.add(new LogRange(topic, range.partition(), 0, old, false));
            }
            if (range.to() > range.from()) {
                ranges.add(new LogRange(topic, range.partition(), range.from(), range.to(), true));
            }
        }
        return ranges;
    }

    private Map<Integer, Long> seen(ModelBundle parent) {
        Map<Integer, Long> seen = new HashMap<>();
        BundleReleases.plan(parent).ifPresent(plan -> plan.ranges().stream()
                .filter(range -> range.topic().equals(topic))
                .forEach(range -> seen.merge(range.partition(), range.to(), Math::max)));
        return seen;
    }

    /**
     * Carries out a plan, or goes on with it: the bundle is in the store then, whatever the gate says.
     *
     * @param name of the request
     * @return empty if it was stopped
     */
    public Optional<RunOutcome> run(String name, RunPlan plan, RunListener listener, BooleanSupplier stop)
            throws IOException, BundleException, InferenceException {
        Optional<RunOutcome> outcome = runs.run(plan, listener, stop);
        if (outcome.isPresent()) {
            Files.deleteIfExists(file(name));
            runs.forget(plan);
        }
        return outcome;
    }
}
