package io.captionstream.inference;

import static com.google.common.base.Verify.verify;

import com.google.common.base.Throwables;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Images made ready for one run of the model.
 *
 * @param size number of images with the padding
 * @param seeds one per image, padding included
 */
@SuppressWarnings("ArrayRecordComponent")
record ModelRun(ByteBuffer rgb, int size, DecodingOptions options, long[] seeds) {
    /** Lays out images with the same options; valid as long as what is in the buffer is. */
    static ModelRun of(List<PendingImage> images, int imageBytes, int paddedSize, InputBuffer buffer) {
        long[] seeds = new long[paddedSize];
        for (int i = 0; i < images.size(); i++) {
            seeds[i] = images.get(i).seed();
        }
        return new ModelRun(
                buffer.fill(images, imageBytes, paddedSize),
                paddedSize,
                images.get(0).options(),
                seeds);
    }

    /** What the captioner says of each image, padding included. */
    List<List<Alternative>> results(Captioner captioner) throws InferenceException {
        List<List<Alternative>> results = captioner.caption(rgb, size, options, seeds);
        verify(results.size() == size, "%s results for %s images", results.size(), size);
        return results;
    }

    /** Anything that may go wrong while images are made ready, run or answered, as a failure of the model. */
    static InferenceException failure(Throwable failure) {
        if (failure instanceof InferenceException e) {
            return e;
        }
        return Throwables.getCausalChain(failure).stream().anyMatch(OutOfMemoryError.class::isInstance)
                ? new InferenceException(Code.OUT_OF_MEMORY, "Out of memory: " + failure.getMessage(), failure)
                : new InferenceException(Code.MODEL_FAILURE, "Model failed: " + failure, failure);
    }
}
