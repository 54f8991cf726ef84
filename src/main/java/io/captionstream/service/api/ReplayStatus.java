package io.captionstream.service.api;

import org.jspecify.annotations.Nullable;

/**
 * Where a replay is.
 *
 * @param name of it
 * @param model whose captions are made
 * @param version of it
 * @param toTopic where the captions go
 * @param state where it is
 * @param done offsets that are dealt with
 * @param total offsets of its ranges
 * @param error why it failed; null if it did not
 */
public record ReplayStatus(
        String name,
        String model,
        String version,
        String toTopic,
        State state,
        long done,
        long total,
        @Nullable String error) {
    /** What a replay is doing. */
    public enum State {
        RUNNING,
        /** Will be gone on with when it is asked for again. */
        STOPPED,
        /** Likewise. */
        FAILED,
        DONE
    }
}
