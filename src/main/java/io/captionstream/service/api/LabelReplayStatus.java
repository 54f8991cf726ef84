package io.captionstream.service.api;

import org.jspecify.annotations.Nullable;

/**
 * Where a replay of labels is.
 *
 * @param name of it
 * @param model that gets a version
 * @param version that is made
 * @param state where it is
 * @param epoch done so far
 * @param epochs of the run; 0 before it trains
 * @param digest of the bundle in the store; null until it is there
 * @param verdict what the gate said; null until then
 * @param error why it failed; null if it did not
 */
public record LabelReplayStatus(
        String name,
        String model,
        String version,
        ReplayStatus.State state,
        int epoch,
        int epochs,
        @Nullable String digest,
        @Nullable String verdict,
        @Nullable String error) {}
