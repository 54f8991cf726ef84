package io.captionstream.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** A model could not caption a batch. */
public final class InferenceException extends Exception {
    /** What went wrong. */
    public enum Code {
        /** The batch did not fit in memory; a smaller one may. */
        OUT_OF_MEMORY,
        /** The model's graph has no search with these options; see {@code reexport}. */
        UNSUPPORTED_OPTIONS,
        /** The model failed on this batch. */
        MODEL_FAILURE,
        /** The model fails on everything, its known-good image included: no image is to blame, and all may be tried again. */
        UNAVAILABLE,
        /** The model, or what feeds it, has been closed. */
        CLOSED
    }

    private final Code code;

    public InferenceException(Code code, String message) {
        this(code, message, null);
    }

    public InferenceException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = requireNonNull(code, "code is null");
    }

    public Code code() {
        return code;
    }
}
