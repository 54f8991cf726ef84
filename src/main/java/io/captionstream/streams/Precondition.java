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
}
