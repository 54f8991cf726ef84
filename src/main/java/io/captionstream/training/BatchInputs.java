package io.captionstream.training;

import io.captionstream.network.TrainingBatch;
import java.io.IOException;

/** Images as the network takes them in training. Safe for use from several threads. */
interface BatchInputs {
    /**
     * A batch of images.
     *
     * @param images {@code B} indices into the dataset
     * @param tokens {@code B} captions
     * @throws MalformedDatasetException if an image cannot be decoded
     * @throws IOException if one cannot be read
     */
    TrainingBatch batch(int[] images, int[][] tokens) throws IOException;
}
