package io.captionstream.coco;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.TreeSet;

/** Up to where all positions are done, though they are done in any order. Thread-safe. */
final class PositionLog {
    @GuardedBy("this")
    private final TreeSet<Long> ahead = new TreeSet<>();

    @GuardedBy("this")
    private long next;

    /** @param next all positions before this one are done */
    PositionLog(long next) {
        this.next = next;
    }

    synchronized void done(long position) {
        if (position >= next) {
            ahead.add(position);
        }
        while (!ahead.isEmpty() && ahead.first() == next) {
            ahead.pollFirst();
            next++;
        }
    }

    /** All positions before this one are done. */
    synchronized long next() {
        return next;
    }
}
