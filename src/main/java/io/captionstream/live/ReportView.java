package io.captionstream.live;

import io.captionstream.event.GateVerdict;
import io.captionstream.event.TrainingReport;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A training report as a page shows it.
 *
 * @param epoch just finished, from 1; null outside of training
 * @param trainLoss mean cross-entropy per token; null outside of training
 * @param validationLoss the same over validation pairs; null if there were none
 * @param verdict why the gate let the version pass or not; null before it did
 */
public record ReportView(
        String model,
        String run,
        String phase,
        Instant at,
        @Nullable Integer epoch,
        @Nullable Double trainLoss,
        @Nullable Double validationLoss,
        Map<String, Double> metrics,
        @Nullable String version,
        @Nullable String parent,
        @Nullable String trigger,
        @Nullable String verdict,
        @Nullable String error) {
    static ReportView of(TrainingReport report) {
        GateVerdict verdict = report.getVerdict();
        return new ReportView(
                report.getModel(),
                report.getRunId(),
                report.getPhase(),
                report.getReportedAt(),
                report.getEpoch(),
                report.getTrainLoss(),
                report.getValidationLoss(),
                new TreeMap<>(report.getMetrics()),
                report.getCandidateVersion(),
                report.getParentVersion(),
                report.getTrigger(),
                verdict == null ? null : verdict.getReason(),
                report.getError());
    }
}
