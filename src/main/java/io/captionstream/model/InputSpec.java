package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The images a model takes: RGB bytes, row-major, {@code height * width * 3} of them.
 *
 * @param height in pixels
 * @param width in pixels
 * @param resize how an image becomes that size, by the name the bundle's manifest gives it
 */
public record InputSpec(int height, int width, String resize) {
    private static final int CHANNELS = 3;

    public InputSpec {
        checkArgument(height > 0 && width > 0, "size must be positive: %sx%s", height, width);
        checkArgument(!resize.isBlank(), "resize is blank");
    }

    /** Bytes of one image. */
    public int bytes() {
        return Math.multiplyExact(Math.multiplyExact(height, width), CHANNELS);
    }
}
