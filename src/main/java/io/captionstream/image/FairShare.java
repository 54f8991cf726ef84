package io.captionstream.image;

import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which source gets a thread. Two rules:
 *
 * <ol>
 *   <li>The turn is that of the source with the fewest running fetches, among equals of the one whose last turn was the
 *       longest ago.
 *   <li>A source starts another fetch only while it runs fewer than {@value #FACTOR} times as many as threads are free.
 * </ol>
 *
 * By the first rule no source gets ahead of one that has less: among sources that always have work each has its share,
 * and one that never ends what it began holds no more than that. By the second the last threads are for those who have
 * little: a source alone leaves one of {@value #FACTOR} + 1 threads free however much it has to do, a second one so much
 * of what the first one left, and so on. A source that comes anew finds a free thread beside such sources without waiting
 * for any of theirs; where there is none, those who hold them are many and have little each, and the next one to end is
 * its.
 *
 * <p>Not safe for use by several threads.
 */
final class FairShare {
    static final int FACTOR = 4;

    private final TreeSet<FetchSource> ready =
            new TreeSet<>(Comparator.comparingInt(FetchSource::running).thenComparingLong(FetchSource::turn));
    private final int threads;
    private int busy;
    private long turns;

    FairShare(int threads) {
        this.threads = threads;
    }

    /** A number for a turn, higher than all before; no two sources may have the same. */
    long nextTurn() {
        return ++turns;
    }

    /** Changes a source, which may or may not be ready to run something afterwards. */
    void change(FetchSource source, Runnable change) {
        ready.remove(source);
        change.run();
        consider(source);
    }

    private void consider(FetchSource source) {
        if (source.isReady()) {
            ready.add(source);
        }
    }

    /** The source whose turn it is, if it may have a thread. */
    Optional<FetchSource> next() {
        if (ready.isEmpty() || ready.first().running() >= (long) FACTOR * (threads - busy)) {
            return Optional.empty();
        }
        return Optional.of(ready.first());
    }

    /** Starts what waits longest for a source. */
    FetchTask start(FetchSource source) {
        ready.remove(source);
        FetchTask task = source.start(nextTurn());
        consider(source);
        busy++;
        return task;
    }

    void end(FetchSource source) {
        change(source, source::end);
        busy--;
    }
}
