package io.captionstream.caption;

/** What keeps an image in flight that is no fault of its own. */
public enum PostponementCause {
    /** The schema registry does not answer. */
    REGISTRY,
    /** No source of images answers. */
    SOURCES,
    /** A model fails on everything. */
    MODEL,
    /** Something that the work needs is closing. */
    CLOSING
}
