package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Decoded pixels in their stored orientation, rows of interleaved 8 bit samples.
 *
 * @param samples row-major, width * height * {@link Space#samples()} bytes
 * @param grid which of the image's pixels these are
 */
@SuppressWarnings("ArrayRecordComponent")
record Bitmap(byte[] samples, Space space, Grid grid) {
    Bitmap {
        checkArgument(
                samples.length == grid.columns() * grid.rows() * space.samples(),
                "%s samples for %s x %s pixels",
                samples.length,
                grid.columns(),
                grid.rows());
    }

    /** What the samples mean. All of these may be averaged before they are converted to RGB. */
    enum Space {
        GRAY(1),
        /** Luma and chroma as in JFIF, full range. */
        YCC(3),
        RGB(3);

        private final int samples;

        Space(int samples) {
            this.samples = samples;
        }

        int samples() {
            return samples;
        }
    }

    /**
     * The pixels picked from a larger image: every {@code stepX}th column and {@code stepY}th row, from the middle of
     * the first step on.
     *
     * @param width columns of the whole image
     * @param height rows of the whole image
     */
    record Grid(int width, int height, int stepX, int stepY) {
        Grid {
            checkArgument(stepX >= 1 && stepX <= width, "stepX: %s", stepX);
            checkArgument(stepY >= 1 && stepY <= height, "stepY: %s", stepY);
        }

        static Grid full(int width, int height) {
            return new Grid(width, height, 1, 1);
        }

        int firstX() {
            return (stepX - 1) / 2;
        }

        int firstY() {
            return (stepY - 1) / 2;
        }

        int columns() {
            return (width - firstX() + stepX - 1) / stepX;
        }

        int rows() {
            return (height - firstY() + stepY - 1) / stepY;
        }

        /** Where the whole image's coordinate x (0 is its left edge) lies between the picked columns. */
        double column(double x) {
            return (x - 0.5 - firstX()) / stepX + 0.5;
        }

        double row(double y) {
            return (y - 0.5 - firstY()) / stepY + 0.5;
        }
    }
}
