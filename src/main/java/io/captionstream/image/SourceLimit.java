package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How many fetches from one source may run at the same time. As TCP does with what is on its way: it begins low, grows by
 * one with each answer while it is used up, hence doubles with each round trip, and is halved by each failure, down to
 * one. A limit that is not used up falls back to twice of what was in use, so that a source that dies never holds many
 * more threads than it needed while it lived.
 *
 * <p>Not safe for use by several threads.
 */
final class SourceLimit {
    /** What a host that never answered may hold; little beside the threads there are, and 64 within four round trips. */
    static final int INITIAL = 4;

    private final int max;
    private int limit;
    private int answers;
    private int peak;

    SourceLimit(int max) {
        checkArgument(max >= 1, "max must be positive: %s", max);
        this.max = max;
        this.limit = Math.min(INITIAL, max);
    }

    int get() {
        return limit;
    }

    /** @param running fetches, with the one that starts */
    void started(int running) {
        peak = Math.max(peak, running);
    }

    /** @param running fetches, with the one that was answered */
    void answered(int running) {
        if (running >= limit) {
            limit = Math.min(max, limit + 1);
        }
        answers++;
        if (answers >= limit) {
            limit = Math.min(limit, Math.max(INITIAL, 2 * peak));
            beginRound(running);
        }
    }

    void failed() {
        limit = Math.max(1, limit / 2);
        beginRound(0);
    }

    private void beginRound(int running) {
        answers = 0;
        peak = running;
    }
}
