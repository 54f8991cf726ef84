package io.captionstream.caption;

/** Where on its way an event failed. */
public enum Stage {
    /** Understanding the event. */
    EVENT,
    /** Fetching the image. */
    FETCH,
    /** Decoding and resizing the image. */
    DECODE,
    /** Running the models. */
    INFERENCE,
    /** Writing the caption event. */
    EMIT
}
