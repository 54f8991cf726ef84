package io.captionstream.image;

/** Asked and told of the attempts at one image, one after the other. */
interface Attempts {
    Attempts UNCONDITIONAL = new Attempts() {};

    /** @throws ImageException if the source is not asked at present */
    default void begin() throws ImageException {}

    default void answered() {}

    /** @param redirected whether another host than the source was asked in the end */
    default void failed(ImageErrorCode code, boolean redirected) {}

    /** Whether another attempt may be made. */
    default boolean mayGoOn() {
        return true;
    }
}
