package io.captionstream.service;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Buckets of times: few enough for every series to have them, close enough for quantiles to be of use. */
final class Histograms {
    /** Of what takes milliseconds to seconds. */
    private static final Duration[] SHORT =
            millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000);

    /** Of what may also wait for long. */
    private static final Duration[] LONG =
            millis(20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000);

    private Histograms() {}

    /** From a millisecond to half a minute. */
    static Timer.Builder shortTimes(String name) {
        return Timer.builder(name).serviceLevelObjectives(SHORT);
    }

    /** From 20 milliseconds to an hour. */
    static Timer.Builder longTimes(String name) {
        return Timer.builder(name).serviceLevelObjectives(LONG);
    }

    private static Duration[] millis(long... values) {
        Duration[] durations = new Duration[values.length];
        for (int i = 0; i < values.length; i++) {
            durations[i] = Duration.ofMillis(values[i]);
        }
        return durations;
    }
}
