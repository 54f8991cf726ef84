package io.captionstream.learning;

import io.captionstream.event.GateVerdict;
import io.captionstream.event.TrainingReport;
import io.captionstream.finetune.GateResult;
import io.captionstream.training.EpochResult;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Composes reports. */
final class Reports {
    static final String STARTED = "started";
    static final String EPOCH = "epoch";
    static final String EVALUATED = "evaluated";
    static final String PROMOTED = "promoted";
    static final String REJECTED = "rejected";
    static final String FAILED = "failed";
    static final String STOPPED = "stopped";
    static final String TRIAL_PROMOTED = "trial-promoted";
    static final String TRIAL_ENDED = "trial-ended";

    private final Clock clock;
    private final String instance;

    Reports(Clock clock, String instance) {
        this.clock = clock;
        this.instance = instance;
    }

    private TrainingReport.Builder report(String model, String runId, String phase) {
        return TrainingReport.newBuilder()
                .setModel(model)
                .setRunId(runId)
                .setPhase(phase)
                .setReportedAt(clock.instant())
                .setInstance(instance);
    }

    private TrainingReport.Builder report(RunPlan plan, String phase) {
        RunPlan.Parent parent = plan.parent();
        return report(plan.model(), plan.runId(), phase)
                .setCandidateVersion(plan.version())
                .setTrigger(plan.trigger())
                .setParentVersion(parent == null ? null : parent.version());
    }

    TrainingReport started(RunPlan plan) {
        return report(plan, STARTED).build();
    }

    TrainingReport epoch(RunPlan plan, EpochResult epoch) {
        return report(plan, EPOCH)
                .setEpoch(epoch.epoch())
                .setTrainLoss(finite(epoch.trainingLoss()))
                .setValidationLoss(finite(epoch.validationLoss()))
                .setMetrics(finite(epoch.metrics()))
                .build();
    }

    TrainingReport evaluated(RunPlan plan, RunOutcome outcome) {
        return report(plan, EVALUATED)
                .setMetrics(finite(outcome.metrics()))
                .setLabels(outcome.labels())
                .setCandidateDigest(outcome.stored().digest())
                .build();
    }

    /** @param reason in the stead of the gate's */
    TrainingReport decided(RunPlan plan, RunOutcome outcome, boolean promoted, String reason) {
        return report(plan, promoted ? PROMOTED : REJECTED)
                .setMetrics(finite(outcome.metrics()))
                .setLabels(outcome.labels())
                .setCandidateDigest(outcome.stored().digest())
                .setVerdict(new GateVerdict(promoted, reason))
                .build();
    }

    TrainingReport failed(RunPlan plan, String error, Map<String, Integer> labels) {
        return report(plan, FAILED).setError(error).setLabels(labels).build();
    }

    TrainingReport stopped(RunPlan plan, String reason) {
        return report(plan, STOPPED).setError(reason).build();
    }

    /** What was asked for led to no run. */
    TrainingReport refused(String model, String phase, String reason) {
        return report(model, "none", phase)
                .setTrigger("command")
                .setError(reason)
                .build();
    }

    /** How a trial ended. */
    TrainingReport trial(
            String model,
            String version,
            String digest,
            String parentVersion,
            boolean promoted,
            GateResult verdict,
            String reason) {
        return report(model, "trial-" + digest.substring(0, 12), promoted ? TRIAL_PROMOTED : TRIAL_ENDED)
                .setCandidateVersion(version)
                .setCandidateDigest(digest)
                .setParentVersion(parentVersion)
                .setMetrics(finite(verdict.metrics()))
                .setVerdict(new GateVerdict(promoted, reason))
                .build();
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static Map<String, Double> finite(Map<String, Double> metrics) {
        Map<String, Double> finite = new HashMap<>(metrics);
        finite.values().removeIf(value -> !Double.isFinite(value));
        return finite;
    }
}
