package io.captionstream.caption;

/** What the time of an image on its way is spent on. */
public enum Step {
    /** Fetching the image, retries included. Not taken by images that events carry. */
    FETCH,
    /** Decoding and resizing the image. */
    DECODE,
    /** Waiting for a batch of a model. */
    QUEUE,
    /** In a model, with the rest of the batch. */
    INFER,
    /** Waiting, with the outcome at hand, for those before it and for the stream thread. */
    EMIT
}
