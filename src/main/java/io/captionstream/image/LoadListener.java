package io.captionstream.image;

/** Told how far one image is, by the threads that work on it: must be quick and must not throw. */
public interface LoadListener {
    LoadListener NONE = new LoadListener() {};

    /** A thread begins to fetch it; not said of an image that came with its bytes. */
    default void fetching() {}

    /** All its bytes are there. */
    default void fetched() {}

    /** A thread begins to decode it. */
    default void decoding() {}

    /** It is decoded and resized. */
    default void decoded() {}
}
