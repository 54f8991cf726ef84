package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** Bytes that are not the event they should be, now or ever. */
public final class UndecodableEventException extends Exception {
    /** Why bytes cannot be decoded. */
    public enum Kind {
        /** Not in the registry's wire format (magic byte, schema id, Avro). */
        NOT_AVRO,
        /** The registry does not know the schema id. */
        UNKNOWN_SCHEMA,
        /** The registry answers other requests, but for long enough none for this schema id. */
        UNANSWERED_SCHEMA,
        /** Written with a schema that cannot be read as the expected event, or is none of Avro's. */
        WRONG_SCHEMA,
        /** The schema fits, the bytes do not. */
        CORRUPT
    }

    private final Kind kind;

    public UndecodableEventException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind is null");
    }

    public Kind kind() {
        return kind;
    }
}
