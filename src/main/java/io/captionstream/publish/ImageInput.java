package io.captionstream.publish;

import io.captionstream.event.ImageEvent;
import java.io.IOException;
import java.util.OptionalLong;

/** Images that somebody named: a file, a folder, an address or a list of them. Can be gone through once. */
interface ImageInput {
    /** How many there are; empty if only going through them tells. */
    OptionalLong count();

    /**
     * Gives every image to a sink, in an order that is the same each time.
     *
     * @throws IOException if a file cannot be read; what came before has been given
     * @throws IllegalArgumentException if a list is not as it should be; what came before has been given
     */
    void forEach(Sink sink) throws IOException;

    /** Takes events. */
    interface Sink {
        /** @return whether to go on */
        boolean accept(ImageEvent event) throws IOException;
    }
}
