package io.captionstream.learning;

import io.captionstream.event.ModelRelease;
import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LogRange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What trainers do off the stream threads. All of it may take long, be stopped, and fail. */
interface TrainingWork {
    /**
     * What is released of a model, as the topic says now. If nothing has been, then the bundle of the configuration, as if
     * it had.
     */
    ModelRelease newest(String model) throws IOException;

    /** Carries out a plan; empty if it was stopped. */
    Optional<RunOutcome> train(RunPlan plan, RunListener listener, BooleanSupplier stopRequested) throws Exception;

    /**
     * Judges a version against the one in service on labels that neither has seen; empty if it was stopped.
     *
     * @param champion digest of the version in service
     * @param challenger digest of the version on trial
     */
    Optional<GateResult> judge(
            String model, String champion, String challenger, List<LogRange> unseen, BooleanSupplier stopRequested)
            throws Exception;

    /** Deletes what a run that is over leaves on the disk. */
    void forget(RunPlan plan) throws IOException;

    /** Deletes bundles that nothing refers to any more; returns how many. */
    int collectGarbage(String model) throws IOException;
}
