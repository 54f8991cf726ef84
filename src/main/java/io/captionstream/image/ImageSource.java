package io.captionstream.image;

/** Gets the encoded bytes behind the URIs of a scheme. One attempt; whoever calls tries again. */
interface ImageSource extends AutoCloseable {
    /**
     * Makes one attempt.
     *
     * @param uri of this source's scheme, otherwise unchecked
     * @param fetch the limits of this fetch, to be asked for memory before anything large is allocated
     */
    byte[] fetch(String uri, Fetch fetch) throws ImageException, InterruptedException;

    @Override
    default void close() {}
}
