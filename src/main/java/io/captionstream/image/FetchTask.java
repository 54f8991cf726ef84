package io.captionstream.image;

/** One image that is fetched when it is its source's turn. */
interface FetchTask {
    SourceKey source();

    /** Fetches it, on a thread that the source has until this returns. */
    void run(FetchQueue.Turn turn);

    /** It will not be run. Called once at most, instead of {@link #run} or before it. */
    void refuse(ImageException reason);

    /** Whether nobody waits for it any more. */
    boolean isDone();
}
