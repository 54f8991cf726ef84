package io.captionstream.caption;

/** Which image events are captioned; the others are passed over as if they were not there. */
@FunctionalInterface
public interface RecordFilter {
    /** Every event. */
    RecordFilter ALL = (partition, offset) -> true;

    /** Whether the event at this place of its topic is captioned. */
    boolean accepts(int partition, long offset);
}
