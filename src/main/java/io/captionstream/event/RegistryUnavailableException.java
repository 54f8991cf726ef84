package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The schema registry did not give what was asked for, and may do so later. Worth trying again. */
public final class RegistryUnavailableException extends RuntimeException {
    /** What is to be waited for. */
    public enum Reason {
        /** The registry: down, overloaded, or answering errors to everything. */
        OUTAGE,
        /** The registry answers, but refuses this: permissions, a damaged schema, or one that is not registered. */
        REFUSED,
        /** The registry does not know the schema id, or not yet. */
        UNKNOWN_ID
    }

    private final Reason reason;

    /** Of an outage. */
    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        this(Reason.OUTAGE, message, cause);
    }

    public RegistryUnavailableException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    public Reason reason() {
        return reason;
    }
}
