package io.captionstream.inference;

/** Why a batch was closed. */
public enum CloseReason {
    /** It holds as many images as it may. */
    FULL,
    /** Its oldest image has waited long enough. */
    LINGER,
    /** Somebody asked for what is there. */
    DRAIN
}
