package io.captionstream.network;

import java.io.IOException;

/** A weights file that is not what its format demands. The message says what is wrong and where. */
public final class MalformedWeightsException extends IOException {
    public MalformedWeightsException(String message) {
        super(message);
    }

    public MalformedWeightsException(String message, Throwable cause) {
        super(message, cause);
    }
}
