package io.captionstream.coco;

import java.io.IOException;
import java.nio.file.Path;

/** A dataset that is not what it should be. The message names the file and the byte where it shows. */
public final class MalformedCocoException extends IOException {
    MalformedCocoException(Path file, long position, String problem) {
        super("%s, byte %d: %s".formatted(file, position, problem));
    }

    MalformedCocoException(Path file, long position, String problem, Throwable cause) {
        super("%s, byte %d: %s".formatted(file, position, problem), cause);
    }
}
