package io.captionstream.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts captions by the second in which they were complete, over the last minute. So a page that has just been opened
 * knows the minute before, from what it reads of it. Safe for use by several threads.
 */
final class VitalsMeter {
    static final int SECONDS = 60;
    static final int RATE_SECONDS = 10;
    /** Latencies kept of a second: enough for percentiles, whatever the rate. */
    private static final int SAMPLES = 200;
    /** Clocks of other hosts may be ahead. */
    private static final int AHEAD = 5;

    private final Second[] seconds = new Second[SECONDS + 2 * AHEAD];

    private static final class Second {
        private final long number;
        private final List<Long> latencies = new ArrayList<>();
        private int captions;
        private int deadLetters;

        Second(long number) {
            this.number = number;
        }
    }

    /** @param at when the captions were complete, in milliseconds since the epoch */
    synchronized void caption(long at, long latencyMillis, long now) {
        Second second = second(at, now);
        if (second == null) {
            return;
        }
        second.captions++;
        if (second.latencies.size() < SAMPLES) {
            second.latencies.add(latencyMillis);
        }
    }

    synchronized void deadLetter(long at, long now) {
        Second second = second(at, now);
        if (second != null) {
            second.deadLetters++;
        }
    }

    /** Null if it is too long ago, or ahead of what clocks may be. */
    private @Nullable Second second(long at, long now) {
        long number = at / 1000;
        long current = now / 1000;
        if (number <= current - SECONDS || number > current + AHEAD) {
            return null;
        }
        int slot = slot(number);
        Second second = seconds[slot];
        if (second == null || second.number != number) {
            second = new Second(number);
            seconds[slot] = second;
        }
        return second;
    }

    private int slot(long number) {
        return (int) (number % seconds.length);
    }

    /** The minute that ended with the last full second. */
    synchronized Vitals vitals(long now, @Nullable Long lag, @Nullable String problem) {
        long current = now / 1000;
        List<Integer> history = new ArrayList<>();
        List<Long> latencies = new ArrayList<>();
        int deadLetters = 0;
        for (long number = current - SECONDS; number < current; number++) {
            Optional<Second> second = known(number);
            history.add(second.map(known -> known.captions).orElse(0));
            second.ifPresent(known -> latencies.addAll(known.latencies));
            deadLetters += second.map(known -> known.deadLetters).orElse(0);
        }
        latencies.sort(null);
        int recent = history.subList(SECONDS - RATE_SECONDS, SECONDS).stream()
                .mapToInt(Integer::intValue)
                .sum();
        return new Vitals(
                (double) recent / RATE_SECONDS,
                history,
                quantile(latencies, 0.5),
                quantile(latencies, 0.95),
                lag,
                deadLetters,
                problem);
    }

    private Optional<Second> known(long number) {
        return Optional.ofNullable(seconds[slot(number)]).filter(second -> second.number == number);
    }

    private static @Nullable Long quantile(List<Long> sorted, double share) {
        return sorted.isEmpty() ? null : sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size()));
    }
}
