package io.captionstream.streams;

import org.jspecify.annotations.Nullable;

/** A precondition that will not come to hold by waiting: a person has to change something. */
public final class UnmetPreconditionException extends Exception {
    public UnmetPreconditionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
