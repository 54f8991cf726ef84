package io.captionstream.model;

import io.captionstream.model.CaptionerConfig.Precision;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The precision a model runs in, and why. Whatever is configured, bfloat16 must have left enough of the bundle's own
 * captions as they are.
 *
 * @param bfloat16 whether convolutions and matrix products are computed in bfloat16
 * @param reason for a person to read
 */
public record PrecisionChoice(boolean bfloat16, String reason) {
    /** 32 bits, because that is what was asked for. */
    public static final PrecisionChoice FULL = new PrecisionChoice(false, "configured");

    private static final int FEWEST_IMAGES = 100;

    /** {@code bf16} or {@code fp32}. */
    public String precision() {
        return bfloat16 ? "bf16" : "fp32";
    }

    /**
     * Chooses.
     *
     * @param agreement of the bundle; null if it was not measured
     * @param gpu whether the model runs on a GPU
     * @param instructions whether the CPU has instructions for bfloat16
     */
    static PrecisionChoice of(
            CaptionerConfig config, @Nullable Bfloat16Agreement agreement, boolean gpu, boolean instructions) {
        if (config.precision() == Precision.FP32) {
            return FULL;
        }
        if (gpu) {
            return full("the model runs on a GPU");
        }
        if (config.precision() == Precision.AUTO && !instructions) {
            return full("the processor has no instructions for bfloat16");
        }
        double least = config.bfloat16Agreement();
        if (least == 0) {
            return new PrecisionChoice(true, "forced");
        }
        if (agreement == null) {
            return full("the bundle does not say how many of its captions stay the same in bfloat16;"
                    + " 'reexport --data' measures it");
        }
        if (agreement.images() < FEWEST_IMAGES) {
            return full("%d images are too few to tell how many captions stay the same in bfloat16, %d would do"
                    .formatted(agreement.images(), FEWEST_IMAGES));
        }
        String share = String.format(
                Locale.ROOT, "%.2f%% of %d captions stay the same", 100 * agreement.share(), agreement.images());
        return agreement.share() < least
                ? full(String.format(Locale.ROOT, "in bfloat16 only %s, at least %.2f%% must", share, 100 * least))
                : new PrecisionChoice(true, share);
    }

    private static PrecisionChoice full(String reason) {
        return new PrecisionChoice(false, reason);
    }
}
