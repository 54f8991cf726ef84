package io.captionstream.learning;

import io.captionstream.labels.LabelListener;
import io.captionstream.labels.LabeledDataset;
import io.captionstream.training.TrainingListener;

/** Hears how a run goes: labels and images, then training. Called from the thread that runs it. */
public interface RunListener extends LabelListener, TrainingListener {
    /** Hears nothing. */
    RunListener NONE = new RunListener() {};

    /** The labels and their images are there. */
    default void onDataset(LabeledDataset dataset) {}

    /** The challenger is being judged. */
    default void onJudging() {}
}
