package io.captionstream.inference;

import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelIdentity;
import java.time.Duration;

/** Told of what a {@link Batcher} does, on its inference thread: must be quick and must not throw. */
public interface BatcherListener {
    BatcherListener NONE = new BatcherListener() {};

    /**
     * A batch was closed and goes to the model next.
     *
     * @param images images in the batch, without padding
     * @param pending images still waiting
     */
    default void batchClosed(CloseReason reason, int images, int pending) {}

    /**
     * The model is about to be run.
     *
     * @param images images that are in it, padding not counted
     * @return follows the run
     */
    default BatchTrace running(ModelIdentity model, int images, int paddedSize) {
        return BatchTrace.NONE;
    }

    /**
     * The model captioned a batch or a part of one.
     *
     * @param images images captioned
     * @param paddedSize size the model was run with
     */
    default void inferred(int images, int paddedSize, Duration time) {}

    /** The model failed on this many images, which are tried again in two halves. */
    default void bisected(int images, InferenceException.Code code) {}

    /** One image failed for good or, with code {@code UNAVAILABLE}, because the model did. */
    default void failed(InferenceException.Code code) {}

    /** Memory ran out: batches hold at most this many images for a while. */
    default void batchSizeLowered(int maxBatchSize) {}
}
