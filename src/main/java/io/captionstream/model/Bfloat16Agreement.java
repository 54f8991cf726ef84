package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How far a model's captions stay the same when convolutions and matrix products are computed in bfloat16.
 *
 * @param share of the images whose best caption is the same as in 32 bits, from 0 to 1
 * @param images number of images it was measured on
 */
public record Bfloat16Agreement(double share, int images) {
    public Bfloat16Agreement {
        checkArgument(share >= 0 && share <= 1, "share must be within 0 and 1: %s", share);
        checkArgument(images > 0, "images must be positive: %s", images);
    }
}
