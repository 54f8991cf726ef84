package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What a run may use; has no influence on its result.
 *
 * @param pixelMemory bytes of decoded images kept in memory
 * @param parallelism micro-batches computed at a time
 * @param featureFolder where features of encoders that do not learn are kept
 */
public record TrainingResources(long pixelMemory, int parallelism, Path featureFolder) {
    public TrainingResources {
        checkArgument(pixelMemory >= 0, "pixelMemory is negative: %s", pixelMemory);
        checkArgument(parallelism > 0, "parallelism is not positive: %s", parallelism);
        requireNonNull(featureFolder, "featureFolder is null");
    }
}
