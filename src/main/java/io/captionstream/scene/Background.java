package io.captionstream.scene;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The ground of a scene: a plain light colour or a gradient, with or without noise.
 *
 * @param fromRgb colour of the upper left corner, {@code 0xRRGGBB}
 * @param toRgb colour at the far end of the gradient
 * @param diagonal whether the gradient runs to the lower right corner instead of straight down
 * @param noise largest change of a channel by noise, 0 for none
 * @param noiseSeed seed of the noise
 */
public record Background(int fromRgb, int toRgb, boolean diagonal, int noise, long noiseSeed) {
    public Background {
        checkArgument(noise >= 0 && noise < 128, "noise is out of range: %s", noise);
    }
}
