package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Expected calibration error (Naeini et al. 2015, Guo et al. 2017): confidences are put into 15 bins of the same width,
 * and the error is the mean over the bins of the distance between the mean confidence and the share that was right,
 * weighted by what is in a bin. Zero is perfect. Not thread-safe.
 */
public final class CalibrationError {
    private static final int BINS = 15;

    private final int[] right = new int[BINS];
    private final double[] confidences = new double[BINS];
    private int total;

    /** @param confidence from 0 to 1 */
    public void add(double confidence, boolean isRight) {
        checkArgument(confidence >= 0 && confidence <= 1, "confidence is not within 0 and 1: %s", confidence);
        int bin = Math.min(BINS - 1, (int) (confidence * BINS));
        right[bin] += isRight ? 1 : 0;
        confidences[bin] += confidence;
        total++;
    }

    /** From 0 to 1; NaN before the first confidence. */
    public double value() {
        double error = 0;
        for (int bin = 0; bin < BINS; bin++) {
            error += Math.abs(confidences[bin] - right[bin]);
        }
        return error / total;
    }
}
