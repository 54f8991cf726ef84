package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import io.captionstream.labels.LabeledDataset;
import io.captionstream.model.ModelBundle;
import org.jspecify.annotations.Nullable;

/**
 * What came of training, before anyone judged it.
 *
 * @param bundle in the folder of the run
 * @param parent what it started from; null if from nothing
 * @param labels what it learned from and was held out
 */
public record TrainedBundle(ModelBundle bundle, @Nullable ModelBundle parent, LabeledDataset labels) {
    public TrainedBundle {
        requireNonNull(bundle, "bundle is null");
        requireNonNull(labels, "labels is null");
    }
}
