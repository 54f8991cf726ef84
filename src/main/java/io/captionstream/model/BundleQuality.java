package io.captionstream.model;

import org.jspecify.annotations.Nullable;

/**
 * What was found out about a model's captions and matters when it serves.
 *
 * @param confidence null if not fitted; then captions have no confidence
 * @param bfloat16 null if not measured; then the model runs in 32 bits unless told otherwise
 */
public record BundleQuality(
        @Nullable ConfidenceCalibration confidence,
        @Nullable Bfloat16Agreement bfloat16) {
    /** Nothing is known. */
    public static final BundleQuality UNKNOWN = new BundleQuality(null, null);
}
