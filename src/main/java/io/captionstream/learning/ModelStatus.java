package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Where a model is.
 *
 * @param model its name
 * @param phase name of the phase in lower case: idle, training, judging or published
 * @param runId of the run that goes on; null if there is none
 * @param epochs that the run has finished
 * @param freshPairs new since the last run
 * @param failures of runs in a row
 * @param problem why the last run failed; null if it did not
 */
public record ModelStatus(
        String model,
        String phase,
        @Nullable String runId,
        int epochs,
        long freshPairs,
        int failures,
        @Nullable String problem) {
    public ModelStatus {
        requireNonNull(model, "model is null");
        requireNonNull(phase, "phase is null");
    }
}
