package io.captionstream.inference;

import static java.util.Objects.requireNonNull;

import io.captionstream.model.InputSpec;

/**
 * The model was swapped for one that takes other images after this image had been prepared. Prepare it again for
 * {@link #expected} and submit it again.
 */
public final class StaleInputException extends Exception {
    private final InputSpec expected;

    public StaleInputException(InputSpec prepared, InputSpec expected) {
        super("Image was prepared as %s, the model now takes %s".formatted(prepared, expected));
        this.expected = requireNonNull(expected, "expected is null");
    }

    public InputSpec expected() {
        return expected;
    }
}
