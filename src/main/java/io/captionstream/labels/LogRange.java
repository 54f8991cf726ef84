package io.captionstream.labels;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Comparator;

/**
 * A range of the log of labelled pairs.
 *
 * @param topic name of the topic
 * @param partition of the topic
 * @param from first offset, inclusive
 * @param to last offset, exclusive
 * @param fresh whether its pairs are new to the model that learns; the others are replayed against forgetting
 */
public record LogRange(String topic, int partition, long from, long to, boolean fresh) {
    /** The order in which ranges are read, whatever the order in which they are given. */
    static final Comparator<LogRange> IN_LOG_ORDER = Comparator.comparing(LogRange::topic)
            .thenComparing(LogRange::partition)
            .thenComparing(LogRange::from);

    public LogRange {
        checkArgument(!topic.isBlank(), "topic is blank");
        checkArgument(partition >= 0, "partition is negative: %s", partition);
        checkArgument(from >= 0 && from <= to, "not a range of offsets: from %s to %s", from, to);
    }

    /** Number of offsets. */
    public long size() {
        return to - from;
    }
}
