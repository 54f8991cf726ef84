package io.captionstream.image;

import io.captionstream.image.Bitmap.Grid;
import java.util.Arrays;

/**
 * Antialiased bilinear resize: a triangle filter whose support grows with the reduction, pixel centres at halves. This
 * is what Pillow's {@code BILINEAR} and TensorFlow's {@code resize(antialias=True)} do. Weights are integers that sum up
 * exactly, so that the result is the same on every machine and a plain colour stays that colour.
 *
 * <p>Rows are reduced before columns, one output row at a time: no intermediate image is kept, and the larger half of the
 * work runs along contiguous samples.
 */
final class Resampler {
    private static final int WEIGHT_BITS = 14;
    /** Precision carried from the vertical to the horizontal pass, beyond 8 bits. */
    private static final int EXTRA_BITS = 6;

    private Resampler() {}

    /** The smallest rectangle of the whole image, in its pixel coordinates, that becomes the result. */
    record Box(double left, double top, double right, double bottom) {
        static Box of(int width, int height, ImageGeometry geometry) {
            return switch (geometry.mode()) {
                case STRETCH -> new Box(0, 0, width, height);
                case CENTER_CROP -> {
                    double scale = Math.min((double) width / geometry.width(), (double) height / geometry.height());
                    double left = (width - scale * geometry.width()) / 2;
                    double top = (height - scale * geometry.height()) / 2;
                    yield new Box(left, top, width - left, height - top);
                }
            };
        }
    }

    /** Returns samples in the bitmap's space, row-major, geometry.height * geometry.width * samples per pixel */
    static byte[] resize(Bitmap bitmap, ImageGeometry geometry) {
        Grid grid = bitmap.grid();
        Box box = Box.of(grid.width(), grid.height(), geometry);
        Taps columns = Taps.of(grid.columns(), grid.column(box.left), grid.column(box.right), geometry.width());
        Taps rows = Taps.of(grid.rows(), grid.row(box.top), grid.row(box.bottom), geometry.height());
        int bands = bitmap.space().samples();
        int stride = grid.columns() * bands;
        byte[] resized = new byte[geometry.height() * geometry.width() * bands];
        int[] line = new int[stride];
        for (int y = 0; y < geometry.height(); y++) {
            rows.reduceRows(bitmap.samples(), stride, y, line);
            columns.reduceColumns(line, bands, resized, y * geometry.width() * bands);
        }
        return resized;
    }

    /** For every output coordinate the first input coordinate, and the weights of it and the following ones. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Taps(int[] first, int[][] weights) {
        static Taps of(int size, double from, double to, int outputs) {
            double scale = (to - from) / outputs;
            double support = Math.max(scale, 1.0);
            int[] first = new int[outputs];
            int[][] weights = new int[outputs][];
            for (int i = 0; i < outputs; i++) {
                double center = from + (i + 0.5) * scale;
                int begin = Math.min(Math.max((int) (center - support + 0.5), 0), size - 1);
                int end = Math.max(Math.min((int) (center + support + 0.5), size), begin + 1);
                first[i] = begin;
                weights[i] = weights(begin, end, center, support);
            }
            return new Taps(first, weights);
        }

        private static int[] weights(int begin, int end, double center, double support) {
            double[] exact = new double[end - begin];
            double sum = 0;
            for (int i = 0; i < exact.length; i++) {
                exact[i] = Math.max(0, 1 - Math.abs(begin + i + 0.5 - center) / support);
                sum += exact[i];
            }
            int[] weights = new int[exact.length];
            int rest = 1 << WEIGHT_BITS;
            int largest = 0;
            for (int i = 0; i < exact.length; i++) {
                weights[i] = sum > 0 ? (int) Math.round(exact[i] / sum * (1 << WEIGHT_BITS)) : 0;
                rest -= weights[i];
                largest = weights[i] > weights[largest] ? i : largest;
            }
            weights[largest] += rest;
            return weights;
        }

        void reduceRows(byte[] samples, int stride, int output, int[] line) {
            int[] w = weights[output];
            int from = first[output] * stride;
            int shift = WEIGHT_BITS - EXTRA_BITS;
            int tap = 0;
            Arrays.fill(line, 1 << (shift - 1));
            for (; tap + 2 <= w.length; tap += 2, from += 2 * stride) {
                addTwoRows(samples, from, from + stride, w[tap], w[tap + 1], line);
            }
            if (tap < w.length) {
                addTwoRows(samples, from, from, w[tap], 0, line);
            }
            for (int i = 0; i < line.length; i++) {
                line[i] >>= shift;
            }
        }

        private static void addTwoRows(byte[] samples, int one, int other, int oneWeight, int otherWeight, int[] line) {
            for (int i = 0; i < line.length; i++) {
                line[i] += oneWeight * (samples[one + i] & 0xff) + otherWeight * (samples[other + i] & 0xff);
            }
        }

        void reduceColumns(int[] line, int bands, byte[] target, int offset) {
            int half = 1 << (WEIGHT_BITS + EXTRA_BITS - 1);
            int to = offset;
            for (int x = 0; x < first.length; x++) {
                int[] w = weights[x];
                if (bands == 1) {
                    int sum = half;
                    for (int i = 0, from = first[x]; i < w.length; i++, from++) {
                        sum += w[i] * line[from];
                    }
                    target[to++] = (byte) (sum >> (WEIGHT_BITS + EXTRA_BITS));
                    continue;
                }
                int a = half;
                int b = half;
                int c = half;
                for (int i = 0, from = first[x] * 3; i < w.length; i++, from += 3) {
                    a += w[i] * line[from];
                    b += w[i] * line[from + 1];
                    c += w[i] * line[from + 2];
                }
                target[to] = (byte) (a >> (WEIGHT_BITS + EXTRA_BITS));
                target[to + 1] = (byte) (b >> (WEIGHT_BITS + EXTRA_BITS));
                target[to + 2] = (byte) (c >> (WEIGHT_BITS + EXTRA_BITS));
                to += 3;
            }
        }
    }
}
