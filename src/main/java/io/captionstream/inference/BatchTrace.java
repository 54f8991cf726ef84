package io.captionstream.inference;

import org.jspecify.annotations.Nullable;

/** Follows one run of a model. Told on the inference thread: must be quick and must not throw. */
public interface BatchTrace {
    /** Follows nothing. */
    BatchTrace NONE = new BatchTrace() {};

    /**
     * The run is over.
     *
     * @param failure null if it went well
     */
    default void ended(@Nullable Throwable failure) {}
}
