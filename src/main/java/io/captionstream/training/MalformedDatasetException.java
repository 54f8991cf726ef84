package io.captionstream.training;

import java.io.IOException;

/** A dataset that cannot be trained on. The message names the file and, where there is one, the line. */
public final class MalformedDatasetException extends IOException {
    MalformedDatasetException(String message) {
        super(message);
    }

    MalformedDatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
