package io.captionstream.finetune;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * When a challenger takes the champion's place.
 *
 * @param confidence share of the resamples of the fresh held-out images in which it must be better
 * @param tolerance share of the champion's CIDEr-D on old images that may be lost
 * @param minimumImages fresh held-out images that a verdict needs
 * @param maximumImages of each, fresh and old, that are captioned; beyond that a fixed choice of them
 * @param resamples of the bootstrap
 * @param seed of the bootstrap
 */
public record GateConfig(
        double confidence, double tolerance, int minimumImages, int maximumImages, int resamples, long seed) {
    public GateConfig {
        checkArgument(
                confidence >= 0.5 && confidence < 1, "confidence must be at least 0.5 and below 1: %s", confidence);
        checkArgument(tolerance >= 0 && tolerance < 1, "tolerance must be at least 0 and below 1: %s", tolerance);
        checkArgument(minimumImages > 0, "minimumImages must be positive: %s", minimumImages);
        checkArgument(
                maximumImages >= minimumImages,
                "maximumImages must be at least minimumImages, which is %s: %s",
                minimumImages,
                maximumImages);
        checkArgument(resamples >= 100, "resamples must be at least 100: %s", resamples);
    }

    /** Better in 95% of 2,000 resamples of 50 to 1,000 images, and no more than 2% worse on old ones. */
    public static GateConfig defaults() {
        return new GateConfig(0.95, 0.02, 50, 1000, 2000, 1);
    }
}
