package io.captionstream.image;

/**
 * EXIF orientation (tag 0x0112): how the stored pixels must be turned to be looked at. The constants are in the order of
 * the tag's values 1 to 8.
 */
enum Orientation {
    NORMAL(false),
    FLIPPED_HORIZONTALLY(false),
    ROTATED_180(false),
    FLIPPED_VERTICALLY(false),
    TRANSPOSED(true),
    ROTATED_90(true),
    TRANSVERSED(true),
    ROTATED_270(true);

    private final boolean swapsAxes;

    Orientation(boolean swapsAxes) {
        this.swapsAxes = swapsAxes;
    }

    /** Anything but 1 to 8 is taken for 1, as viewers do. */
    static Orientation of(int tag) {
        return tag >= 1 && tag <= 8 ? values()[tag - 1] : NORMAL;
    }

    /** Whether rows become columns. */
    boolean swapsAxes() {
        return swapsAxes;
    }

    /**
     * Turns pixels.
     *
     * @param stored three bytes a pixel, row-major
     * @param height rows of the <em>result</em>
     * @param width columns of the result
     */
    byte[] apply(byte[] stored, int height, int width) {
        if (this == NORMAL) {
            return stored;
        }
        int storedWidth = swapsAxes() ? height : width;
        byte[] turned = new byte[stored.length];
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to += 3) {
                int bottom = height - 1 - y;
                int right = width - 1 - x;
                int from = 3
                        * switch (this) {
                            case NORMAL -> y * storedWidth + x;
                            case FLIPPED_HORIZONTALLY -> y * storedWidth + right;
                            case ROTATED_180 -> bottom * storedWidth + right;
                            case FLIPPED_VERTICALLY -> bottom * storedWidth + x;
                            case TRANSPOSED -> x * storedWidth + y;
                            case ROTATED_90 -> right * storedWidth + y;
                            case TRANSVERSED -> right * storedWidth + bottom;
                            case ROTATED_270 -> x * storedWidth + bottom;
                        };
                turned[to] = stored[from];
                turned[to + 1] = stored[from + 1];
                turned[to + 2] = stored[from + 2];
            }
        }
        return turned;
    }
}
