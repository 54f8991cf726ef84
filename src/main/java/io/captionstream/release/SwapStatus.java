package io.captionstream.release;

import static java.util.Objects.requireNonNull;

import io.captionstream.model.ModelIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What a model serves and what it is to serve.
 *
 * @param serving what captions are made with now; null if nothing
 * @param state where the change over stands
 * @param wanted the newest release; null before the first
 * @param failure why the newest release does not serve, for people; null if nothing failed
 * @param attempts failed attempts at the newest release
 */
public record SwapStatus(
        @Nullable ModelIdentity serving,
        SwapState state,
        @Nullable Release wanted,
        @Nullable String failure,
        int attempts) {
    public SwapStatus {
        requireNonNull(state, "state is null");
    }
}
