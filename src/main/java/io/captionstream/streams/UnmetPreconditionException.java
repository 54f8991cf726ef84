package io.captionstream.streams;

/** A precondition that will not come to hold by waiting: a person has to change something. */
public final class UnmetPreconditionException extends Exception {
    public UnmetPreconditionException(String message) {
        super(message);
    }

    public UnmetPreconditionException(String message, Throwable cause) {
        super(message, cause);
    }
}
