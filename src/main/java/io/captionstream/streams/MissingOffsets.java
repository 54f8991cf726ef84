package io.captionstream.streams;

/** What to do where a group has no committed offsets, though its work shows in the topics that it writes. */
public enum MissingOffsets {
    /** Do not start: a person decides. */
    REFUSE,
    /** Begin with the first event there is. */
    EARLIEST,
    /** Begin with the next event that arrives. */
    LATEST
}
