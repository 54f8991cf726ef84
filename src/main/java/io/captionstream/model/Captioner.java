package io.captionstream.model;

import java.nio.ByteBuffer;
import java.util.List;

/** A loaded model. Used by one thread at a time; closing it frees its memory. */
public interface Captioner extends AutoCloseable {
    ModelIdentity identity();

    InputSpec input();

    /**
     * Captions a batch of images.
     *
     * @param rgb direct buffer with {@code batchSize} images of {@link InputSpec#bytes} each, from its position to its
     *     limit; not kept after the call
     * @param batchSize number of images, at least 1
     * @param options the options of all of them
     * @return one list per image, in the order of the images; alternatives best first, never empty
     * @throws InferenceException if the batch could not be captioned
     */
    List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options) throws InferenceException;

    @Override
    void close();
}
