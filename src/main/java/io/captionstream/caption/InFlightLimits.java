package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How much is in flight at a time. What an event costs is its size twice, for the received bytes and for the decoded
 * event, and the pixels of every model.
 *
 * @param count most images in flight per task, that is per partition
 * @param bytes most bytes in flight per task; a lone image may exceed it
 * @param processBytes most bytes in flight over all tasks of the process; a task's lone image may exceed it
 * @param maxWait longest that one record waits for room before it is set aside, unstarted, so that the stream thread can
 *     commit and poll. Keep it well below {@code transaction.timeout.ms} and {@code max.poll.interval.ms}
 */
public record InFlightLimits(int count, long bytes, long processBytes, Duration maxWait) {
    public InFlightLimits {
        checkArgument(count > 0, "count must be positive: %s", count);
        checkArgument(bytes > 0, "bytes must be positive: %s", bytes);
        checkArgument(processBytes > 0, "processBytes must be positive: %s", processBytes);
        checkArgument(maxWait.toMillis() > 0, "maxWait must be positive: %s", maxWait);
    }

    /** 256 images and 256 MiB per task, 512 MiB per process, waits of up to 2 s. */
    public static InFlightLimits defaults() {
        return new InFlightLimits(256, 256L << 20, 512L << 20, Duration.ofSeconds(2));
    }
}
