package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a model, as it is in the state store. Times are in milliseconds since the epoch.
 *
 * @param phase where it is
 * @param labels by partition: how far they have been taken in
 * @param seen by digest, oldest first: up to which offset, by partition, versions have learned
 * @param pace of its runs
 * @param run that goes on; null if there is none
 * @param trial that goes on; null if there is none
 * @param awaited what has been released and has not come back; null if nothing
 */
record ModelState(
        TrainingPhase phase,
        Map<Integer, LabelProgress> labels,
        Map<String, Map<Integer, Long>> seen,
        Pace pace,
        @Nullable Run run,
        @Nullable TrialWatch trial,
        @Nullable Awaited awaited) {
    private static final int MOST_SEEN = 100;
    private static final JsonMapper JSON = JsonMapper.builder()
            // Of a later version that was taken back.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * When runs are.
     *
     * @param since when the last one began, or the first label came
     * @param usedPairs how many new pairs there had been then
     * @param failures of runs in a row
     * @param notBefore no run begins earlier
     * @param requestedBy who asked for a run that has not begun; null if nobody
     */
    record Pace(
            long since,
            long usedPairs,
            int failures,
            long notBefore,
            @Nullable String requestedBy) {
        Pace withRequest(@Nullable String who) {
            return new Pace(since, usedPairs, failures, notBefore, who);
        }

        Pace begun(long now, long pairs) {
            return new Pace(now, pairs, failures, notBefore, null);
        }

        /** The run does not count: what triggered it may do so again. */
        Pace undone(Run run) {
            return new Pace(run.sinceBefore(), run.usedBefore(), failures, notBefore, requestedBy);
        }

        Pace failed(int inARow, long pausedUntil) {
            return new Pace(since, usedPairs, inARow, pausedUntil, requestedBy);
        }

        Pace succeeded() {
            return new Pace(since, usedPairs, 0, 0, requestedBy);
        }
    }

    /**
     * A run.
     *
     * @param plan as JSON
     * @param startedAt when it was planned
     * @param reportedEpochs that have been reported
     * @param sinceBefore the pace's, before the run
     * @param usedBefore likewise
     */
    record Run(String plan, long startedAt, int reportedEpochs, long sinceBefore, long usedBefore) {
        Run withReportedEpochs(int epochs) {
            return new Run(plan, startedAt, epochs, sinceBefore, usedBefore);
        }

        RunPlan decoded() {
            return RunPlan.fromJson(plan);
        }
    }

    /**
     * A version on trial.
     *
     * @param digest of its bundle
     * @param champion digest of the version in service
     * @param startedAt when the trial began
     * @param from labels when it was first seen, by partition: later ones are unseen by both
     * @param fromPairs how many new pairs there had been
     * @param judgedPairs how many of the pairs since were there at the last verdict
     */
    record TrialWatch(
            String digest, String champion, long startedAt, Map<Integer, Long> from, long fromPairs, long judgedPairs) {
        TrialWatch judged(long pairs) {
            return new TrialWatch(digest, champion, startedAt, from, fromPairs, pairs);
        }
    }

    /**
     * A release under way.
     *
     * @param value SHA-256 of the record's value
     * @param since when it was forwarded
     */
    record Awaited(String value, long since) {}

    ModelState {
        requireNonNull(phase, "phase is null");
        labels = Map.copyOf(labels);
        seen = ImmutableMap.copyOf(seen);
        requireNonNull(pace, "pace is null");
    }

    static ModelState initial(Instant now) {
        return new ModelState(
                TrainingPhase.IDLE, Map.of(), Map.of(), new Pace(now.toEpochMilli(), 0, 0, 0, null), null, null, null);
    }

    /** New pairs, ever. */
    @JsonIgnore
    long pairs() {
        return labels.values().stream().mapToLong(LabelProgress::pairs).sum();
    }

    /** New pairs since the last run. */
    @JsonIgnore
    long freshPairs() {
        return pairs() - pace.usedPairs();
    }

    /** Offsets after the last label, by partition. */
    @JsonIgnore
    Map<Integer, Long> ends() {
        Map<Integer, Long> ends = new TreeMap<>();
        labels.forEach((partition, progress) -> ends.put(partition, progress.end()));
        return ends;
    }

    ModelState withLabels(int partition, LabelProgress progress) {
        LabelProgress before = labels.get(partition);
        if (before != null && before.end() >= progress.end()) {
            return this;
        }
        Map<Integer, LabelProgress> all = new TreeMap<>(labels);
        all.put(partition, progress);
        return new ModelState(phase, all, seen, pace, run, trial, awaited);
    }

    ModelState withPace(Pace next) {
        return new ModelState(phase, labels, seen, next, run, trial, awaited);
    }

    ModelState withRun(Run next) {
        return new ModelState(phase, labels, seen, pace, next, trial, awaited);
    }

    ModelState withTrial(@Nullable TrialWatch next) {
        return new ModelState(phase, labels, seen, pace, run, next, awaited);
    }

    /** The version has learned from the log up to these offsets. */
    ModelState withSeen(String digest, Map<Integer, Long> ends) {
        Map<String, Map<Integer, Long>> all = new LinkedHashMap<>(seen);
        all.remove(digest);
        all.put(digest, ends);
        while (all.size() > MOST_SEEN) {
            all.remove(all.keySet().iterator().next());
        }
        return new ModelState(phase, labels, all, pace, run, trial, awaited);
    }

    ModelState training(Run begun, Pace next) {
        return enter(TrainingPhase.TRAINING, next, begun, null);
    }

    ModelState judging() {
        return enter(TrainingPhase.JUDGING, pace, null, null);
    }

    ModelState published(Awaited release, Pace next) {
        return enter(TrainingPhase.PUBLISHED, next, null, release);
    }

    ModelState idle(Pace next) {
        return enter(TrainingPhase.IDLE, next, null, null);
    }

    private ModelState enter(TrainingPhase next, Pace nextPace, @Nullable Run nextRun, @Nullable Awaited nextAwaited) {
        checkState(phase.canBecome(next), "cannot go from %s to %s", phase, next);
        return new ModelState(next, labels, seen, nextPace, nextRun, trial, nextAwaited);
    }

    static Serde<ModelState> serde() {
        return Serdes.serdeFrom((topic, state) -> encode(state), (topic, bytes) -> decode(bytes));
    }

    private static byte @Nullable [] encode(@Nullable ModelState state) {
        try {
            return state == null ? null : JSON.writeValueAsBytes(state);
        } catch (JsonProcessingException e) {
            throw new SerializationException("cannot write the state of a model", e);
        }
    }

    private static @Nullable ModelState decode(byte @Nullable [] bytes) {
        try {
            return bytes == null ? null : JSON.readValue(bytes, ModelState.class);
        } catch (IOException e) {
            throw new SerializationException("cannot read the state of a model", e);
        }
    }
}
