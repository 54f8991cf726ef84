package io.captionstream.inference;

import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InputSpec;
import java.util.concurrent.CompletableFuture;

/**
 * An image waiting for its batch.
 *
 * @param number order of submission
 * @param submittedNanos reading of the batcher's ticker at submission
 * @param seed of captions that are drawn at random
 */
@SuppressWarnings("ArrayRecordComponent")
record PendingImage(
        long number,
        long submittedNanos,
        byte[] pixels,
        InputSpec input,
        DecodingOptions options,
        long seed,
        CompletableFuture<Inference> future) {}
