package io.captionstream.finetune;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.SplittableRandom;

/**
 * How sure it is that one system is better than another, from scores of both on the same images: the images are drawn
 * anew, with replacement, many times, and it is counted how often the better one stays better (Koehn, "Statistical
 * Significance Tests for Machine Translation Evaluation", EMNLP 2004).
 *
 * @param resamples how often
 * @param seed equal seeds draw equal images
 */
record PairedBootstrap(int resamples, long seed) {
    /** Sums this close to 0 differ from it by rounding. */
    private static final double TINY = 1e-9;

    PairedBootstrap {
        checkArgument(resamples > 0, "resamples is not positive: %s", resamples);
    }

    /**
     * The share of resamples in which the differences are positive in the mean. One that is 0 is not better.
     *
     * @param differences score of the one less score of the other, one per image
     */
    double confidence(double[] differences) {
        checkArgument(differences.length > 0, "there are no differences");
        SplittableRandom random = new SplittableRandom(seed);
        int better = 0;
        for (int resample = 0; resample < resamples; resample++) {
            double sum = 0;
            for (int draw = 0; draw < differences.length; draw++) {
                sum += differences[random.nextInt(differences.length)];
            }
            better += sum > TINY ? 1 : 0;
        }
        return (double) better / resamples;
    }
}
