package io.captionstream.coco;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The images of a dataset one by one, in an order that its file alone decides; each id once. */
public interface CocoSource extends AutoCloseable {
    /**
     * The next image; null after the last.
     *
     * @throws MalformedCocoException if the file is not what it should be
     */
    @Nullable
    CocoImage next() throws IOException;

    /** How much of the file has been dealt with, in bytes. */
    long position();

    @Override
    void close() throws IOException;
}
