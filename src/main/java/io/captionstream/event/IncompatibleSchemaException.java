package io.captionstream.event;

/** The registry holds a schema that this version of the service is not compatible with: needs a person. */
public final class IncompatibleSchemaException extends RuntimeException {
    public IncompatibleSchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}
