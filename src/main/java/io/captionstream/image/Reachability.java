package io.captionstream.image;

/**
 * Whether it is a source that does not answer, or the network that no source is reached through. A source's failures are
 * its own if another source answered an attempt that began after they did, not long ago. Otherwise nothing shows that
 * anybody can be reached, and no image should suffer for it; also if there is one source only.
 *
 * <p>An answer that began before is not enough: the network may have gone down after it.
 *
 * <p>Times are a ticker's, in nanoseconds. Not safe for use by several threads.
 */
final class Reachability {
    private final int threshold;
    private final long window;

    private boolean answered;
    private long answerBegun;
    private long answerEnded;
    private int failures;
    private long failedLast;

    /** @param threshold failures in a row, of whatever sources, that show more than some bad images */
    Reachability(int threshold, SourceConfig config) {
        this.threshold = threshold;
        this.window = config.outageWindow().toNanos();
    }

    void answered(long begun, long now) {
        answerBegun = answered && answerBegun - begun > 0 ? answerBegun : begun;
        answerEnded = now;
        answered = true;
        failures = 0;
    }

    void failed(long begun, long now) {
        if (failures > 0 && begun - failedLast > window) {
            failures = 0;
        }
        failures++;
        failedLast = now;
    }

    /** Whether so many attempts in a row failed that it is no accident. */
    boolean isSilent(long now) {
        return failures >= threshold && now - failedLast <= window;
    }

    /** Whether others were reached after a source began to fail. */
    boolean reachedOthers(long failingSince, long now) {
        return answered && answerBegun - failingSince > 0 && now - answerEnded <= window;
    }
}
