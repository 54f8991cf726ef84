package io.captionstream.streams;

/**
 * Something outside the process that must hold before the streams start: schemas registered, topics there.
 */
public interface Precondition {
    /** What is waited for, for a person to read. */
    String description();

    /**
     * Returns when it holds.
     *
     * @throws UnmetPreconditionException if waiting cannot help
     * @throws Exception if it does not hold yet
     */
    void check() throws Exception;

    /**
     * Looks again after a stream thread died, in that thread: whether it died because this has ceased to hold. By default
     * it does not matter once the streams run.
     *
     * @throws UnmetPreconditionException if it does not hold any more, and waiting cannot help
     */
    default void recheck() throws UnmetPreconditionException {}
}
