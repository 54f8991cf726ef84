package io.captionstream.labels;

/** Hears how reading the log goes. Called from the thread that reads. */
public interface LabelListener {
    /** Hears nothing. */
    LabelListener NONE = new LabelListener() {};

    /** So many of all offsets have been read. */
    default void onRecords(long done, long total) {}

    /** So many of the images that are not at hand have been fetched, or given up. */
    default void onImages(int done, int total) {}
}
