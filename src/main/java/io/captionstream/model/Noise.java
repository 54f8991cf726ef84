package io.captionstream.model;

/**
 * The random numbers that captions are drawn with: for each image a function of its seed and of the place of the word
 * alone, whatever else is in the batch. A number is the top 23 bits of SplitMix64 (Steele et al. 2014, "Fast Splittable
 * Pseudorandom Number Generators"), which fit into a float below 1 whatever it is multiplied with.
 */
final class Noise {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final float UNIT = 0x1p-23f;

    private Noise() {}

    /** {@code [seeds, captions, words]}, row-major, from 0 up to but not including 1. */
    static float[] of(long[] seeds, int captions, int words) {
        float[] noise = new float[Math.multiplyExact(seeds.length, Math.multiplyExact(captions, words))];
        int next = 0;
        for (long seed : seeds) {
            // Seeds next to each other must not give sequences that overlap.
            long state = mix(seed);
            for (int caption = 0; caption < captions; caption++) {
                long row = mix(state + caption * GOLDEN);
                for (int word = 0; word < words; word++) {
                    noise[next++] = (mix(row + word * GOLDEN) >>> 41) * UNIT;
                }
            }
        }
        return noise;
    }

    private static long mix(long x) {
        long z = x + GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
