package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** An operation that is refused; nothing has been changed. The message says what to do instead. */
public final class OperationException extends Exception {
    /** Why. */
    public enum Kind {
        /** There is no such model or version. */
        NOT_FOUND,
        /** What is asked for does not go with what there is. */
        CONFLICT
    }

    private final Kind kind;

    public OperationException(Kind kind, String message) {
        this(kind, message, null);
    }

    public OperationException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind is null");
    }

    public Kind kind() {
        return kind;
    }
}
