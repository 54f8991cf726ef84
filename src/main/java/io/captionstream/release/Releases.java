package io.captionstream.release;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.ReleasedVersion;
import io.captionstream.event.Trial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Composes the record that follows another in the topic of releases. The newest record of a model says everything, so
 * each carries on what the one before it knew: the versions to go back to, and the one on trial.
 */
public final class Releases {
    /** Captions of the trial go to a topic of their own. */
    public static final String SHADOW = "shadow";

    /** The trial captions a share of the images in the other's stead. */
    public static final String CANARY = "canary";

    private static final int KEPT = 10;

    private Releases() {}

    /**
     * Puts a version into service.
     *
     * @param current null if none has been released yet
     * @param next what to serve; its history and trial are replaced. A trial of this version ends, any other goes on
     */
    public static ModelRelease promote(@Nullable ModelRelease current, ModelRelease next) {
        checkArgument(
                current == null || current.getModel().equals(next.getModel()),
                "%s is no release of the same model",
                next.getModel());
        Trial trial = current == null ? null : current.getTrial();
        return ModelRelease.newBuilder(next)
                .setHistory(history(current, next.getDigest()))
                .setTrial(trial != null && trial.getDigest().equals(next.getDigest()) ? null : trial)
                .build();
    }

    private static List<ReleasedVersion> history(@Nullable ModelRelease current, String nextDigest) {
        if (current == null) {
            return List.of();
        }
        return Stream.concat(Stream.of(version(current)), current.getHistory().stream())
                .filter(version -> !version.getDigest().equals(nextDigest))
                .limit(KEPT)
                .toList();
    }

    private static ReleasedVersion version(ModelRelease release) {
        return new ReleasedVersion(
                release.getVersion(), release.getBundleUri(), release.getDigest(), release.getReleasedAt());
    }

    /**
     * Goes back to an earlier version.
     *
     * @param version one of the history; null is the newest of it
     * @throws IllegalStateException if there is no such version to go back to
     */
    public static ModelRelease rollback(
            ModelRelease current, @Nullable String version, String reason, Instant releasedAt) {
        List<ReleasedVersion> history = current.getHistory();
        Optional<ReleasedVersion> target = history.stream()
                .filter(earlier -> version == null || earlier.getVersion().equals(version))
                .findFirst();
        checkState(
                target.isPresent(),
                "%s cannot go back%s: the versions before %s are %s",
                current.getModel(),
                version == null ? "" : " to version " + version,
                current.getVersion(),
                history.stream().map(ReleasedVersion::getVersion).toList());
        ReleasedVersion earlier = target.get();
        // The version that failed stays in the history, last: the next rollback must not lead to it.
        List<ReleasedVersion> others = new ArrayList<>(
                history.stream().filter(other -> !other.equals(earlier)).toList());
        others.add(version(current));
        return ModelRelease.newBuilder(current)
                .setVersion(earlier.getVersion())
                .setBundleUri(earlier.getBundleUri())
                .setDigest(earlier.getDigest())
                .setParentVersion(null)
                .setMetrics(Map.of())
                .setLineage(null)
                .setReason(reason)
                .setHistory(others)
                .setTrial(null)
                .setReleasedAt(releasedAt)
                .build();
    }

    /** Tries a version beside the one in service, in the stead of any other on trial. */
    public static ModelRelease startTrial(ModelRelease current, Trial trial, String reason) {
        checkArgument(
                !trial.getDigest().equals(current.getDigest()), "version %s is in service already", trial.getVersion());
        checkArgument(
                trial.getMode().equals(SHADOW) || trial.getMode().equals(CANARY),
                "the mode of a trial must be %s or %s: %s",
                SHADOW,
                CANARY,
                trial.getMode());
        checkArgument(
                trial.getPercentage() >= 1 && trial.getPercentage() <= 100,
                "the percentage of a trial must be between 1 and 100: %s",
                trial.getPercentage());
        return ModelRelease.newBuilder(current)
                .setTrial(trial)
                .setReason(reason)
                .build();
    }

    /** Ends the trial; the version in service stays. */
    public static ModelRelease endTrial(ModelRelease current, String reason) {
        return ModelRelease.newBuilder(current).setTrial(null).setReason(reason).build();
    }

    /**
     * Puts the version on trial into service.
     *
     * @throws IllegalStateException if there is none on trial
     */
    public static ModelRelease promoteTrial(ModelRelease current, String reason, Instant releasedAt) {
        Trial trial = current.getTrial();
        checkState(trial != null, "%s has no version on trial", current.getModel());
        return promote(
                current,
                ModelRelease.newBuilder()
                        .setModel(current.getModel())
                        .setVersion(trial.getVersion())
                        .setBundleUri(trial.getBundleUri())
                        .setDigest(trial.getDigest())
                        .setParentVersion(trial.getParentVersion())
                        .setReason(reason)
                        .setReleasedAt(releasedAt)
                        .build());
    }
}
