package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * The learning rate of every step: a linear rise over the warm-up, then constant or falling along half a cosine to zero
 * (Loshchilov and Hutter, "SGDR", 2016, without restarts).
 *
 * @param peak rate after the warm-up
 * @param decay what follows the warm-up
 * @param warmupSteps steps of the rise; 0 for none
 * @param totalSteps steps of the whole run
 */
public record LearningRateSchedule(double peak, Decay decay, long warmupSteps, long totalSteps) {
    /** How the rate goes on after the warm-up. */
    public enum Decay {
        NONE,
        COSINE
    }

    public LearningRateSchedule {
        checkArgument(peak > 0 && Double.isFinite(peak), "peak is not a positive number: %s", peak);
        requireNonNull(decay, "decay is null");
        checkArgument(warmupSteps >= 0, "warmupSteps is negative: %s", warmupSteps);
        checkArgument(totalSteps > 0, "totalSteps is not positive: %s", totalSteps);
    }

    /** The rate of a step; the first one is step 0. */
    public float rate(long step) {
        if (step < warmupSteps) {
            return (float) (peak * (step + 1) / warmupSteps);
        }
        if (decay == Decay.NONE) {
            return (float) peak;
        }
        double progress = Math.min(1, (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
        return (float) (peak * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
}
