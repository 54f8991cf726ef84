package io.captionstream.tracing;

import io.captionstream.caption.ImageTrace;
import io.captionstream.inference.BatchTrace;
import io.captionstream.model.ModelIdentity;
import org.apache.kafka.common.header.Header;

/** Begins traces. */
public interface Tracing {
    /** Begins none: images and batches pass by without anything being made for them. */
    Tracing OFF = new Tracing() {};

    /**
     * An image event was taken in.
     *
     * @param headers of its record; may name the trace that it belongs to
     */
    default ImageTrace image(String topic, int partition, long offset, Iterable<Header> headers) {
        return ImageTrace.NONE;
    }

    /**
     * A model is about to be run.
     *
     * @param slot {@code live} or {@code trial}
     * @param images images in the batch
     * @param paddedSize rows that the model is run on
     */
    default BatchTrace batch(ModelIdentity model, String slot, int images, int paddedSize) {
        return BatchTrace.NONE;
    }
}
