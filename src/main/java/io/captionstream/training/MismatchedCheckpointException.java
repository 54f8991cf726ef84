package io.captionstream.training;

import java.io.IOException;

/** A checkpoint from which a run cannot go on, because it was made by a run on other data or with other settings. */
public final class MismatchedCheckpointException extends IOException {
    MismatchedCheckpointException(String found, String expected) {
        super("The checkpoint is of another run: %s; this run is: %s".formatted(found, expected));
    }
}
