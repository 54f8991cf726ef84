package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

/**
 * The shape of the pixels a model wants.
 *
 * @param height rows, 1 to {@value #MAX_SIDE}
 * @param width columns, 1 to {@value #MAX_SIDE}
 * @param mode what happens to the aspect ratio
 */
public record ImageGeometry(int height, int width, ResizeMode mode) {
    static final int MAX_SIDE = 4096;

    public ImageGeometry {
        checkArgument(height >= 1 && height <= MAX_SIDE, "height must be 1 to %s: %s", MAX_SIDE, height);
        checkArgument(width >= 1 && width <= MAX_SIDE, "width must be 1 to %s: %s", MAX_SIDE, width);
        requireNonNull(mode, "mode is null");
    }

    /** A square of {@code size} by {@code size} pixels into which the whole image is stretched. */
    public static ImageGeometry square(int size) {
        return new ImageGeometry(size, size, ResizeMode.STRETCH);
    }

    /** Length of the pixel array of this geometry: height * width * 3. */
    public int pixelBytes() {
        return height * width * 3;
    }

    ImageGeometry transposed() {
        return new ImageGeometry(width, height, mode);
    }
}
