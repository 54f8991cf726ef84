package io.captionstream.training;

/** Hears how a training run goes. Called from the thread that trains. */
public interface TrainingListener {
    /** Hears nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * The run starts or goes on.
     *
     * @param epochs of the whole run
     * @param stepsPerEpoch batches of an epoch
     * @param batchSize examples per step
     * @param firstStep the step it starts with; more than 0 if it goes on from a checkpoint
     */
    default void onStart(int epochs, int stepsPerEpoch, int batchSize, long firstStep) {}

    /**
     * A step is done.
     *
     * @param step counted from 0 over the whole run
     * @param loss mean loss per token of the step's batch, nats
     */
    default void onStep(long step, float loss) {}

    /** Features of so many of the images that had none are there. */
    default void onFeatures(int done, int total) {}

    /** An epoch is done and judged. */
    default void onEpoch(EpochResult result) {}

    /** All epochs of the run so far: after each, and when a run goes on. */
    default void onHistory(TrainingHistory history) {}

    /** A checkpoint has been written. */
    default void onCheckpoint(long steps) {}
}
