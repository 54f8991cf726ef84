package io.captionstream.learning;

import io.captionstream.finetune.GateResult;
import io.captionstream.labels.LabelOutcome;
import io.captionstream.training.EpochResult;
import java.time.Duration;

/** Told of what happens to labels and models, on stream threads: must be quick and must not throw. */
public interface LearningListener {
    LearningListener NONE = new LearningListener() {};

    /** A labelled pair was taken in: new, repeated, withdrawn, or refused. */
    default void label(LabelOutcome outcome) {}

    /** Where a model is that this process owns. */
    default void status(ModelStatus status) {}

    /** The process no longer owns the model. */
    default void released(String model) {}

    /** An epoch of a run is over. */
    default void epoch(String model, EpochResult epoch) {}

    /** The gate has judged. */
    default void verdict(String model, GateResult verdict) {}

    /**
     * A run is over.
     *
     * @param outcome promoted, rejected, failed or stopped
     */
    default void runEnded(String model, String outcome, Duration took) {}
}
