package io.captionstream.caption;

/** Whose fault a dead letter is. */
public enum ErrorCategory {
    /** The event cannot be understood or asks for what there is not. */
    EVENT,
    /** The image cannot be had or is none. */
    IMAGE,
    /** The model failed on it. */
    INFERENCE,
    /** A bug or a limit of this service. */
    INTERNAL
}
