package io.captionstream.bench;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;

/**
 * What the benchmark can be asked for, as system properties.
 *
 * @param images {@code bench.images}: images per round
 * @param rounds {@code bench.rounds}: rounds, whose medians are printed
 * @param batch {@code bench.batch}: batch size
 * @param naiveImages {@code bench.naive-images}: images per round of the one-at-a-time baseline, which is slow
 * @param latencySeconds {@code bench.latency-seconds}: how long latency is measured at half load
 * @param application the packaged service
 */
record BenchOptions(int images, int rounds, int batch, int naiveImages, int latencySeconds, Path application) {
    BenchOptions {
        checkArgument(images >= batch, "bench.images must be at least a batch: %s", images);
        checkArgument(rounds > 0, "bench.rounds must be positive: %s", rounds);
    }

    static BenchOptions fromSystemProperties() {
        return new BenchOptions(
                Integer.getInteger("bench.images", 640),
                Integer.getInteger("bench.rounds", 5),
                Integer.getInteger("bench.batch", 32),
                Integer.getInteger("bench.naive-images", 160),
                Integer.getInteger("bench.latency-seconds", 30),
                Path.of(System.getProperty("captionstream.application")));
    }
}
