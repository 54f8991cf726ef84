package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How much is in flight at a time. What an event costs is its size twice, for the received bytes and for the decoded
 * event, and the pixels of every model.
 *
 * @param count most images in flight per task, that is per partition
 * @param bytes most bytes in flight per task; a lone image may exceed it
 * @param processBytes most bytes in flight over all tasks of the process; a task's lone image may exceed it
 */
public record InFlightLimits(int count, long bytes, long processBytes) {
    /**
     * What fits into the metadata of a committed offset: three bytes, four in Base64, for each open event that is up to
     * a million events after the one before it.
     */
    public static final int MAX_COUNT = 960;

    public InFlightLimits {
        checkArgument(count > 0 && count <= MAX_COUNT, "count must be 1 to %s: %s", MAX_COUNT, count);
        checkArgument(bytes > 0, "bytes must be positive: %s", bytes);
        checkArgument(processBytes > 0, "processBytes must be positive: %s", processBytes);
    }

    /** 256 images and 256 MiB per task, 512 MiB per process. */
    public static InFlightLimits defaults() {
        return new InFlightLimits(256, 256L << 20, 512L << 20);
    }
}
