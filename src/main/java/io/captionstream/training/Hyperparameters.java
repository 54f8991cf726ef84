package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.network.TrainingOptions;

/**
 * How a run learns. The weights that come out are a function of these, the images and the starting point.
 *
 * @param epochs passes over the training examples
 * @param batchSize examples per step
 * @param microBatches parts a batch is cut into, whose gradients add up to one step: less memory, or several at a time
 * @param learningRate of Adam, after the warm-up
 * @param decay what the rate does after the warm-up
 * @param warmupSteps steps over which the rate rises
 * @param patience epochs without a better CIDEr-D of decoded validation images after which the run ends, with the weights
 *     of the best epoch; 0 runs all epochs and ends with the last
 * @param options what learns and what keeps it from overfitting
 * @param seed of the initial weights, the order of the examples and dropout
 */
public record Hyperparameters(
        int epochs,
        int batchSize,
        int microBatches,
        double learningRate,
        LearningRateSchedule.Decay decay,
        int warmupSteps,
        int patience,
        TrainingOptions options,
        long seed) {
    public Hyperparameters {
        checkArgument(epochs > 0, "epochs is not positive: %s", epochs);
        checkArgument(batchSize > 0, "batchSize is not positive: %s", batchSize);
        checkArgument(
                microBatches > 0 && microBatches <= batchSize,
                "microBatches must be between 1 and the batch size of %s: %s",
                batchSize,
                microBatches);
        checkArgument(learningRate > 0, "learningRate is not positive: %s", learningRate);
        requireNonNull(decay, "decay is null");
        checkArgument(warmupSteps >= 0, "warmupSteps is negative: %s", warmupSteps);
        checkArgument(patience >= 0, "patience is negative: %s", patience);
        requireNonNull(options, "options is null");
    }

    /** The defaults of the published recipe: 20 epochs of batches of 64, Adam with 0.001. */
    public static Hyperparameters defaults() {
        return new Hyperparameters(
                20, 64, 1, 0.001, LearningRateSchedule.Decay.NONE, 0, 0, TrainingOptions.defaults(), 1);
    }

    /** The same for another number of epochs at another rate. */
    public Hyperparameters withSchedule(int epochs, double learningRate) {
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }

    public Hyperparameters withBatches(int batchSize, int microBatches) {
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }

    public Hyperparameters withDecay(LearningRateSchedule.Decay decay, int warmupSteps) {
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }

    public Hyperparameters withPatience(int patience) {
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }

    public Hyperparameters withOptions(TrainingOptions options) {
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }

    public Hyperparameters withSeed(long seed) {
        return new Hyperparameters(
                epochs, batchSize, microBatches, learningRate, decay, warmupSteps, patience, options, seed);
    }
}
