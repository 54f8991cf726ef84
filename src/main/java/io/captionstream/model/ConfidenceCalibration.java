package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How likely a caption is right, given what the model thinks of it: a logistic regression, fitted on captions of images
 * that were not trained on. It holds for the options it was fitted with.
 *
 * @param bias constant term
 * @param meanLogProbability weight of the mean log-probability of the caption's tokens, the end token included
 * @param tokens weight of their number
 */
public record ConfidenceCalibration(double bias, double meanLogProbability, double tokens) {
    public ConfidenceCalibration {
        checkArgument(
                Double.isFinite(bias) && Double.isFinite(meanLogProbability) && Double.isFinite(tokens),
                "weights must be finite");
    }

    /** From 0 to 1. */
    public double of(Alternative caption) {
        double sum = bias + meanLogProbability * mean(caption) + tokens * count(caption);
        return 1 / (1 + Math.exp(-sum));
    }

    /** What {@link #of} knows of a caption, in the order of the weights without the bias. */
    public static double[] features(Alternative caption) {
        return new double[] {mean(caption), count(caption)};
    }

    private static double mean(Alternative caption) {
        return caption.logProbability() / Math.max(1, count(caption));
    }

    private static int count(Alternative caption) {
        return caption.tokens().size() + (caption.complete() ? 1 : 0);
    }
}
