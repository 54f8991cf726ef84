package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * How a run learns.
 *
 * @param epochs passes over the training examples
 * @param batchSize examples per step
 * @param learningRate of Adam, after the warm-up
 * @param decay what the rate does after the warm-up
 * @param warmupSteps steps over which the rate rises
 * @param gradientNorm largest norm of all gradients together; 0 does not clip
 * @param batchNormMomentum share of a batch in the running statistics of batch normalization
 * @param dropout share of the decoder's state that is dropped before the output layers
 * @param trainEncoder whether the encoder learns
 * @param trainEmbedding whether word vectors learn
 * @param seed of the initial weights, the order of the examples and dropout
 */
public record Hyperparameters(
        int epochs,
        int batchSize,
        double learningRate,
        LearningRateSchedule.Decay decay,
        int warmupSteps,
        double gradientNorm,
        double batchNormMomentum,
        double dropout,
        boolean trainEncoder,
        boolean trainEmbedding,
        long seed) {
    public Hyperparameters {
        checkArgument(epochs > 0, "epochs is not positive: %s", epochs);
        checkArgument(batchSize > 0, "batchSize is not positive: %s", batchSize);
        checkArgument(learningRate > 0, "learningRate is not positive: %s", learningRate);
        requireNonNull(decay, "decay is null");
        checkArgument(warmupSteps >= 0, "warmupSteps is negative: %s", warmupSteps);
        checkArgument(gradientNorm >= 0, "gradientNorm is negative: %s", gradientNorm);
        checkArgument(
                batchNormMomentum > 0 && batchNormMomentum <= 1,
                "batchNormMomentum is out of range: %s",
                batchNormMomentum);
        checkArgument(dropout >= 0 && dropout < 1, "dropout is out of range: %s", dropout);
    }
}
