package io.captionstream.inference;

import java.time.Duration;

/**
 * The batch size that memory allows: halved when it ran out, doubled again each time a while has passed without that.
 * Not safe for use by many threads.
 */
final class MemoryCap {
    private final int max;
    private final long recoveryNanos;
    private int cap;
    private long changedNanos;

    MemoryCap(int max, Duration recovery) {
        this.max = max;
        this.cap = max;
        this.recoveryNanos = recovery.toNanos();
    }

    int current(long now) {
        if (cap < max && now - changedNanos >= recoveryNanos) {
            cap = Math.min(max, cap * 2);
            changedNanos = now;
        }
        return cap;
    }

    /** Notes that memory ran out with this many images and returns the new cap. */
    int lower(int images, long now) {
        cap = Math.max(1, Math.min(cap, images / 2));
        changedNanos = now;
        return cap;
    }
}
