package io.captionstream.image;

import io.captionstream.image.Bitmap.Grid;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of a PNG row become RGB, transparency in front of white.
 *
 * @param channels samples a pixel: 1 gray or index, 2 gray and alpha, 3 RGB, 4 RGB and alpha
 * @param depth bits a sample: 1, 2, 4, 8 or 16
 * @param palette RGB of every index, transparency applied; null if samples are no indices
 * @param transparent the one sample value per colour channel that is fully transparent; null if there is none
 */
@SuppressWarnings("ArrayRecordComponent")
record PngPixels(int channels, int depth, byte @Nullable [] palette, int @Nullable [] transparent) {
    static PngPixels of(int colorType, int depth, @Nullable ByteBuffer plte, @Nullable ByteBuffer trns)
            throws ImageException {
        int channels =
                switch (colorType) {
                    case 0, 3 -> 1;
                    case 4 -> 2;
                    case 2 -> 3;
                    case 6 -> 4;
                    default -> throw PngImage.corrupt("its colour type " + colorType + " is unknown");
                };
        boolean small = depth == 1 || depth == 2 || depth == 4;
        if (!(depth == 8 || (depth == 16 && colorType != 3) || (small && channels == 1))) {
            throw PngImage.corrupt("its colour type " + colorType + " has no bit depth " + depth);
        }
        if (colorType == 3) {
            return new PngPixels(channels, depth, palette(depth, plte, trns), null);
        }
        boolean keyed = trns != null && (colorType == 0 || colorType == 2) && trns.limit() >= 2 * channels;
        int @Nullable [] transparent = null;
        if (keyed) {
            transparent = new int[channels];
            for (int i = 0; i < channels; i++) {
                transparent[i] = Short.toUnsignedInt(trns.getShort(2 * i));
            }
        }
        return new PngPixels(channels, depth, null, transparent);
    }

    private static byte[] palette(int depth, @Nullable ByteBuffer plte, @Nullable ByteBuffer trns)
            throws ImageException {
        if (plte == null || plte.limit() < 3 || plte.limit() % 3 != 0) {
            throw PngImage.corrupt("it has no palette");
        }
        // Indices beyond the palette are black, as in libpng.
        byte[] palette = new byte[3 << depth];
        for (int i = 0; i < Math.min(palette.length, plte.limit()); i++) {
            int alpha = trns != null && i / 3 < trns.limit() ? trns.get(i / 3) & 0xff : 255;
            palette[i] = ColorConversion.overWhite(plte.get(i) & 0xff, alpha);
        }
        return palette;
    }

    long rowBytes(int columns) {
        return ((long) columns * channels * depth + 7) / 8;
    }

    /** Distance in bytes to the sample that filters compare with. */
    int filterDistance() {
        return Math.max(1, channels * depth / 8);
    }

    /**
     * Writes those pixels of a row that are on the grid.
     *
     * @param columns pixels in the row
     * @param firstX column of the whole image that the row's first pixel is
     * @param stepX distance of the row's pixels in columns of the whole image
     * @param offset where the grid's row begins in {@code rgb}
     */
    void pick(byte[] row, int columns, int firstX, int stepX, Grid grid, byte[] rgb, int offset) {
        for (int i = 0; i < columns; i++) {
            int x = firstX + i * stepX - grid.firstX();
            if (x >= 0 && x % grid.stepX() == 0) {
                convert(row, i, rgb, offset + x / grid.stepX() * 3);
            }
        }
    }

    private void convert(byte[] row, int pixel, byte[] rgb, int to) {
        int first = pixel * channels;
        if (palette != null) {
            int index = sample(row, first) * 3;
            rgb[to] = palette[index];
            rgb[to + 1] = palette[index + 1];
            rgb[to + 2] = palette[index + 2];
            return;
        }
        boolean color = channels >= 3;
        int alpha = alpha(row, first);
        for (int i = 0; i < 3; i++) {
            int value = eightBits(sample(row, color ? first + i : first));
            rgb[to + i] = alpha == 255 ? (byte) value : ColorConversion.overWhite(value, alpha);
        }
    }

    private int alpha(byte[] row, int first) {
        if (channels % 2 == 0) {
            return eightBits(sample(row, first + channels - 1));
        }
        if (transparent == null) {
            return 255;
        }
        for (int i = 0; i < channels; i++) {
            if (sample(row, first + i) != transparent[i]) {
                return 255;
            }
        }
        return 0;
    }

    private int sample(byte[] row, int index) {
        if (depth == 8) {
            return row[index] & 0xff;
        }
        if (depth == 16) {
            return (row[2 * index] & 0xff) << 8 | (row[2 * index + 1] & 0xff);
        }
        int bit = index * depth;
        return (row[bit >> 3] & 0xff) >> (8 - depth - (bit & 7)) & ((1 << depth) - 1);
    }

    private int eightBits(int sample) {
        return depth == 8 ? sample : depth == 16 ? (sample * 255 + 32767) / 65535 : sample * 255 / ((1 << depth) - 1);
    }
}
