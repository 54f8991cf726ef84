package io.captionstream.demo;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;

/**
 * What the demo can be asked for, as system properties.
 *
 * @param events {@code demo.events}: scenes to publish, 0 for endless
 * @param rate {@code demo.rate}: scenes a second; 0 for as fast as captions come back
 * @param seed {@code demo.seed}: seed of the scenes; by default another one each time, never one of the training
 * @param heap {@code demo.heap}: heap of the service
 * @param application the packaged service
 * @param models folder of the demo bundles
 */
record DemoOptions(int events, double rate, long seed, String heap, Path application, Path models) {
    /** Seeds of training and evaluation lie below, so scenes of seeds from here on were never seen. */
    private static final long FIRST_UNSEEN_SEED = 1L << 32;

    DemoOptions {
        checkArgument(events >= 0, "demo.events must not be negative: %s", events);
        checkArgument(rate >= 0, "demo.rate must not be negative: %s", rate);
        checkArgument(seed >= FIRST_UNSEEN_SEED, "demo.seed must be at least %s: %s", FIRST_UNSEEN_SEED, seed);
    }

    static DemoOptions fromSystemProperties() {
        int events = Integer.parseInt(property("demo.events", "0"));
        String defaultRate = events > 0 ? "0" : "2";
        long freshSeed = FIRST_UNSEEN_SEED + Math.floorMod(System.nanoTime(), FIRST_UNSEEN_SEED);
        return new DemoOptions(
                events,
                Double.parseDouble(property("demo.rate", defaultRate)),
                Long.parseLong(property("demo.seed", Long.toString(freshSeed))),
                property("demo.heap", "512m"),
                Path.of(System.getProperty("captionstream.application")),
                Path.of(System.getProperty("demo.models")));
    }

    // The build passes what was not given as an empty value.
    private static String property(String name, String otherwise) {
        String value = System.getProperty(name, "");
        return value.isEmpty() ? otherwise : value;
    }

    boolean endless() {
        return events == 0;
    }
}
