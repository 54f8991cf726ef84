package io.captionstream.demo;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Locale;

/**
 * What the demo can be asked for, as system properties.
 *
 * @param learning {@code demo.learn}: whether the models learn from labelled scenes, and what then; by default they do,
 *     endlessly, unless a number of events is asked for
 * @param events {@code demo.events}: scenes to publish, 0 for endless
 * @param rate {@code demo.rate}: scenes a second; 0 for as fast as captions come back
 * @param seed {@code demo.seed}: seed of the scenes; by default another one each time, never one of the training
 * @param heap {@code demo.heap}: heap of the service
 * @param application the packaged service
 * @param models folder of the demo bundles
 */
record DemoOptions(Learning learning, int events, double rate, long seed, String heap, Path application, Path models) {
    /** Seeds of training and evaluation lie below, so scenes of seeds from here on were never seen. */
    private static final long FIRST_UNSEEN_SEED = 1L << 32;

    /** Whether the models learn. */
    enum Learning {
        /** They are good ones that stay as they are. */
        FALSE,
        /** They are weak ones that get better; scenes go on after that. */
        TRUE,
        /** The same, and the demo ends when they are better. */
        ONCE
    }

    DemoOptions {
        requireNonNull(learning, "learning is null");
        checkArgument(events >= 0, "demo.events must not be negative: %s", events);
        checkArgument(rate >= 0, "demo.rate must not be negative: %s", rate);
        checkArgument(seed >= FIRST_UNSEEN_SEED, "demo.seed must be at least %s: %s", FIRST_UNSEEN_SEED, seed);
    }

    static DemoOptions fromSystemProperties() {
        int events = Integer.parseInt(property("demo.events", "0"));
        String defaultRate = events > 0 ? "0" : "2";
        long freshSeed = FIRST_UNSEEN_SEED + Math.floorMod(System.nanoTime(), FIRST_UNSEEN_SEED);
        Learning learning = Learning.valueOf(
                property("demo.learn", events > 0 ? "false" : "true").toUpperCase(Locale.ROOT));
        return new DemoOptions(
                learning,
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

    boolean learns() {
        return learning != Learning.FALSE;
    }

    boolean endless() {
        return learns() ? learning == Learning.TRUE : events == 0;
    }
}
