package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What is trained and how.
 *
 * @param trainEncoder whether the encoder learns, with batch normalization on the statistics of the batch; if not, it
 *     stays as it is and uses the running statistics
 * @param trainEmbedding whether word vectors learn; false keeps the ones that were loaded, as GloVe vectors
 * @param gradientNorm gradients are scaled down to this norm over all tensors together (Pascanu et al. 2012); 0 does not
 *     clip
 * @param dropout share of the decoder's state that is dropped before the output layers (Srivastava et al. 2014)
 * @param labelSmoothing share of the target that is spread evenly over the vocabulary (Szegedy et al. 2015), the right
 *     word's share among it
 * @param batchNormMomentum share of a batch in the running statistics of batch normalization, PyTorch's meaning
 */
public record TrainingOptions(
        boolean trainEncoder,
        boolean trainEmbedding,
        double gradientNorm,
        double dropout,
        double labelSmoothing,
        double batchNormMomentum) {
    public TrainingOptions {
        checkArgument(gradientNorm >= 0, "gradientNorm must not be negative: %s", gradientNorm);
        checkArgument(dropout >= 0 && dropout < 1, "dropout must be in [0, 1): %s", dropout);
        checkArgument(
                labelSmoothing >= 0 && labelSmoothing < 1, "labelSmoothing must be in [0, 1): %s", labelSmoothing);
        checkArgument(
                batchNormMomentum > 0 && batchNormMomentum <= 1,
                "batchNormMomentum must be in (0, 1]: %s",
                batchNormMomentum);
    }

    /** Everything learns, gradients clipped to norm 5, no dropout, no smoothing, momentum 0.1. */
    public static TrainingOptions defaults() {
        return new TrainingOptions(true, true, 5, 0, 0, 0.1);
    }

    public TrainingOptions withTrainEncoder(boolean value) {
        return new TrainingOptions(value, trainEmbedding, gradientNorm, dropout, labelSmoothing, batchNormMomentum);
    }

    public TrainingOptions withTrainEmbedding(boolean value) {
        return new TrainingOptions(trainEncoder, value, gradientNorm, dropout, labelSmoothing, batchNormMomentum);
    }

    public TrainingOptions withGradientNorm(double value) {
        return new TrainingOptions(trainEncoder, trainEmbedding, value, dropout, labelSmoothing, batchNormMomentum);
    }

    public TrainingOptions withDropout(double value) {
        return new TrainingOptions(
                trainEncoder, trainEmbedding, gradientNorm, value, labelSmoothing, batchNormMomentum);
    }

    public TrainingOptions withLabelSmoothing(double value) {
        return new TrainingOptions(trainEncoder, trainEmbedding, gradientNorm, dropout, value, batchNormMomentum);
    }

    public TrainingOptions withBatchNormMomentum(double value) {
        return new TrainingOptions(trainEncoder, trainEmbedding, gradientNorm, dropout, labelSmoothing, value);
    }
}
