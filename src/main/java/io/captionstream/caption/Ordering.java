package io.captionstream.caption;

/** In which order outcomes leave. */
public enum Ordering {
    /**
     * Outcomes of one key leave in the order of their events, one slow image holds back its own key only. Events without
     * a key have no order: each leaves when it is ready.
     */
    KEY,
    /** Outcomes of a partition leave in the order of its offsets; one slow image holds back the partition. */
    PARTITION
}
