package io.captionstream.training;

/** Mean and deviation of every feature over images. */
final class FeatureStatistics {
    private final double[] sums;
    private final double[] squares;
    private long count;

    FeatureStatistics(int features) {
        sums = new double[features];
        squares = new double[features];
    }

    /** Adds feature vectors {@code [N, F]}. */
    void add(float[] rows) {
        for (int i = 0; i < rows.length; i++) {
            sums[i % sums.length] += rows[i];
            squares[i % sums.length] += (double) rows[i] * rows[i];
        }
        count += rows.length / sums.length;
    }

    double mean(int feature) {
        return sums[feature] / count;
    }

    double deviation(int feature) {
        double mean = mean(feature);
        return Math.sqrt(Math.max(0, squares[feature] / count - mean * mean));
    }

    /** At least the smallest positive number, so that it can be divided by. */
    double averageDeviation() {
        double sum = 0;
        for (int feature = 0; feature < sums.length; feature++) {
            sum += deviation(feature);
        }
        return Math.max(sum / sums.length, 1e-6);
    }
}
