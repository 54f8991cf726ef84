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
 * @param keepProbability share of the decoder's state kept by dropout before the output layers; 1 is no dropout
 * @param batchNormMomentum share of a batch in the running statistics of batch normalization, PyTorch's meaning
 */
public record TrainingOptions(
        boolean trainEncoder,
        boolean trainEmbedding,
        double gradientNorm,
        double keepProbability,
        double batchNormMomentum) {
    public TrainingOptions {
        checkArgument(gradientNorm >= 0, "gradientNorm must not be negative: %s", gradientNorm);
        checkArgument(
                keepProbability > 0 && keepProbability <= 1, "keepProbability must be in (0, 1]: %s", keepProbability);
        checkArgument(
                batchNormMomentum > 0 && batchNormMomentum <= 1,
                "batchNormMomentum must be in (0, 1]: %s",
                batchNormMomentum);
    }

    /** Everything learns, gradients clipped to norm 5, no dropout, momentum 0.1. */
    public static TrainingOptions defaults() {
        return new TrainingOptions(true, true, 5, 1, 0.1);
    }
}
