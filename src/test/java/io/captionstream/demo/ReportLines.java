package io.captionstream.demo;

import io.captionstream.event.TrainingReport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reports of trainers, for people to read. */
final class ReportLines {
    private ReportLines() {}

    static String of(TrainingReport report) {
        StringBuilder line = new StringBuilder("── training %s: %s".formatted(report.getModel(), report.getPhase()));
        add(line, " version ", report.getCandidateVersion());
        add(line, " from ", report.getParentVersion());
        add(line, " epoch ", report.getEpoch());
        add(line, ", loss ", number(report.getTrainLoss()));
        add(line, ", validation loss ", number(report.getValidationLoss()));
        if (report.getVerdict() != null) {
            add(line, ": ", report.getVerdict().getReason());
        }
        add(line, ": ", report.getError());
        return line.append(" ──").toString();
    }

    private static void add(StringBuilder line, String label, @Nullable Object value) {
        if (value != null) {
            line.append(label).append(value);
        }
    }

    private static @Nullable String number(@Nullable Double value) {
        return value == null ? null : String.format(Locale.ROOT, "%.3f", value);
    }
}
