package io.captionstream.inference;

import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InputSpec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Captions single images, some time later. Safe for use by many threads. */
public interface AsyncCaptioner {
    /** The images taken now; a swap of the model may change it at any time. */
    InputSpec input();

    /**
     * Since when the model fails on everything and why, for a person to read; empty if it does not. Until it captions
     * again, images that are submitted fail at once, with code {@code UNAVAILABLE}; none of them is to blame.
     */
    default Optional<String> unavailable() {
        return Optional.empty();
    }

    /**
     * Captions one image with a seed: where captions are drawn at random, they are a function of image, weights and seed.
     * As {@link #submit(byte[], InputSpec, DecodingOptions)} otherwise.
     */
    default CompletableFuture<Inference> submit(byte[] pixels, InputSpec input, DecodingOptions options, long seed) {
        return submit(pixels, input, options);
    }

    /**
     * Captions one image. Cancelling the future withdraws an image that has not been captioned yet.
     *
     * @param pixels RGB bytes as {@code input} says; not to be changed until the future is complete
     * @param input what the pixels were prepared for
     * @return completes on the thread that feeds the model, which must not be kept: give it dependents of the
     *     {@code Async} kind. Fails with {@link io.captionstream.model.InferenceException}, or with
     *     {@link StaleInputException} if the model takes other images by now
     */
    CompletableFuture<Inference> submit(byte[] pixels, InputSpec input, DecodingOptions options);
}
