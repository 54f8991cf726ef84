package io.captionstream.model;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loaded model. Used by one thread at a time; closing it frees its memory. */
public interface Captioner extends AutoCloseable {
    ModelIdentity identity();

    InputSpec input();

    /**
     * Captions a batch of images, each with seed 0.
     *
     * @param rgb direct buffer with {@code batchSize} images of {@link InputSpec#bytes} each, from its position to its
     *     limit; not kept after the call
     * @param batchSize number of images, at least 1
     * @param options the options of all of them
     * @return one list per image, in the order of the images; alternatives best first, never empty
     * @throws InferenceException if the batch could not be captioned, or the model has no search with these options
     */
    List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options) throws InferenceException;

    /**
     * Captions a batch of images.
     *
     * @param seeds one per image; where captions are drawn at random, they are a function of image, weights and seed
     */
    default List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options, long[] seeds)
            throws InferenceException {
        return caption(rgb, batchSize, options);
    }

    /**
     * How likely it is that the best alternative of an image is right, from 0 to 1; null if the model was not calibrated.
     */
    default @Nullable Double confidence(Alternative best) {
        return null;
    }

    /** Precision of convolutions and matrix products. */
    default PrecisionChoice precision() {
        return PrecisionChoice.FULL;
    }

    @Override
    void close();
}
