package io.captionstream.replay;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A range of a partition.
 *
 * @param from first offset, inclusive
 * @param to last offset, exclusive
 */
public record PartitionRange(int partition, long from, long to) {
    public PartitionRange {
        checkArgument(partition >= 0, "partition must not be negative: %s", partition);
        checkArgument(from >= 0 && from <= to, "not a range of offsets: %s to %s", from, to);
    }

    /** Offsets in it, which is at least the number of its records. */
    long size() {
        return to - from;
    }

    boolean contains(long offset) {
        return offset >= from && offset < to;
    }
}
