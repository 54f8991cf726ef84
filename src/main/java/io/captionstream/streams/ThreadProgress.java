package io.captionstream.streams;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * Whether threads go on, judged from counters that each of them moves several times a second. It learns what it is told
 * and no more: between two looks, a thread that moved at all has moved just now.
 */
final class ThreadProgress {
    private final Ticker ticker;
    private final Map<String, Mark> marks = new HashMap<>();

    private record Mark(double count, long nanos) {}

    ThreadProgress(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Takes in where the counters are now.
     *
     * @param counts by thread; a thread that is missing is gone
     * @return the thread that has stood still for longest, if for longer than the limit
     */
    synchronized Optional<String> stuck(Map<String, Double> counts, Duration limit) {
        long now = ticker.read();
        marks.keySet().retainAll(counts.keySet());
        counts.forEach((thread, count) -> marks.merge(
                thread, new Mark(count, now), (before, after) -> before.count() == after.count() ? before : after));
        return marks.entrySet().stream()
                .filter(mark -> now - mark.getValue().nanos() > limit.toNanos())
                .min(Entry.comparingByValue((a, b) -> Long.compare(a.nanos(), b.nanos())))
                .map(Entry::getKey);
    }
}
