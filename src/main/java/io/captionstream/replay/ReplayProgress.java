package io.captionstream.replay;

/** Told how far a replay has come, from the thread that runs it. */
@FunctionalInterface
public interface ReplayProgress {
    /**
     * @param done offsets that are dealt with
     * @param total offsets of all ranges
     */
    void at(long done, long total);
}
