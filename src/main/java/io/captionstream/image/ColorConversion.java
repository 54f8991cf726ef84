package io.captionstream.image;

/**
 * Colour conversions of stored samples to RGB, in integers. Embedded colour profiles are not applied: neither training
 * pipelines nor TensorFlow's decoder do.
 */
final class ColorConversion {
    private ColorConversion() {}

    static byte[] toRgb(byte[] samples, Bitmap.Space space) {
        return switch (space) {
            case GRAY -> {
                byte[] rgb = new byte[samples.length * 3];
                for (int i = 0, to = 0; i < samples.length; i++, to += 3) {
                    rgb[to] = samples[i];
                    rgb[to + 1] = samples[i];
                    rgb[to + 2] = samples[i];
                }
                yield rgb;
            }
            case YCC -> {
                for (int i = 0; i < samples.length; i += 3) {
                    yccToRgb(samples, i, samples, i);
                }
                yield samples;
            }
            case RGB -> samples;
        };
    }

    /** One pixel of JFIF's YCbCr (ITU-R BT.601, full range), 16 bit fixed point as in libjpeg. */
    static void yccToRgb(byte[] ycc, int from, byte[] rgb, int to) {
        int y = (ycc[from] & 0xff) << 16;
        int cb = (ycc[from + 1] & 0xff) - 128;
        int cr = (ycc[from + 2] & 0xff) - 128;
        int half = 1 << 15;
        rgb[to] = clamp((y + 91881 * cr + half) >> 16);
        rgb[to + 1] = clamp((y - 22554 * cb - 46802 * cr + half) >> 16);
        rgb[to + 2] = clamp((y + 116130 * cb + half) >> 16);
    }

    /** A sample of that opacity (0 to 255) in front of white. */
    static byte overWhite(int sample, int alpha) {
        return (byte) divideBy255(sample * alpha + 255 * (255 - alpha));
    }

    /** Rounded division, exact for 0 to 255 * 255. */
    static int divideBy255(int value) {
        int rounded = value + 128;
        return (rounded + (rounded >> 8)) >> 8;
    }

    private static byte clamp(int value) {
        return (byte) Math.min(Math.max(value, 0), 255);
    }
}
