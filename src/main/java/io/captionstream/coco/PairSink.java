package io.captionstream.coco;

import java.io.IOException;

/** Where imported images go. Images are offered in the order of the source. */
public interface PairSink extends AutoCloseable {
    /**
     * Whether an image is there already from an earlier run.
     *
     * @param position number of the image in the source, from 0
     */
    boolean has(long position, CocoImage image);

    /** Takes an image. */
    void add(long position, CocoImage image) throws IOException;

    /** Notes that an image is not taken, now or later. */
    void leaveOut(long position) throws IOException;

    /** All images have been offered. */
    void complete() throws IOException;

    /** Lets go of everything; what was not completed goes on from here in the next run. */
    @Override
    void close() throws IOException;
}
