package io.captionstream.event;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * All that follows from how large a record may be, so that no buffer, request or topic is too small for what another lets
 * through.
 *
 * @param maxReadBytes largest value that is read and kept, in bytes
 */
public record RecordSizes(int maxReadBytes) {
    /** What key, headers and batch add to a value that is written as it was read, at most. */
    public static final int OVERHEAD_BYTES = 64 << 10;

    /** Largest value that can be configured: sizes of requests and topics are ints, and arrays take as many bytes. */
    public static final int LIMIT_BYTES = 1 << 30;

    private static final int DEFAULT_BYTES = 32 << 20;
    private static final long PRODUCER_DEFAULT_BYTES = 32L << 20;
    private static final int BUFFERED_RECORDS = 3;

    /** @throws IllegalArgumentException if no record is so small or so large */
    public RecordSizes {
        checkArgument(
                maxReadBytes > 0 && maxReadBytes <= LIMIT_BYTES,
                "the largest record must have from 1 to %s bytes, not %s",
                LIMIT_BYTES,
                maxReadBytes);
    }

    /** Of a service whose settings do not say. */
    public static RecordSizes defaults() {
        return new RecordSizes(DEFAULT_BYTES);
    }

    /**
     * What an operator set.
     *
     * @param key of the setting, for the message
     * @throws IllegalArgumentException if no record is so small or so large
     */
    public static RecordSizes configured(String key, long bytes) {
        checkArgument(bytes > 0 && bytes <= LIMIT_BYTES, "%s must be from 1 byte to 1 GiB, not %s bytes", key, bytes);
        return new RecordSizes((int) bytes);
    }

    /**
     * Largest record that is written: {@code max.request.size} of the producer, {@code max.message.bytes} of the topics of
     * outcomes and of internal topics.
     */
    public int maxWrittenBytes() {
        return maxReadBytes + OVERHEAD_BYTES;
    }

    /**
     * {@code buffer.memory} of a producer, taken only while records wait. One that cannot hold the largest record refuses
     * it for ever; with room for a few the next is taken in while one is on its way.
     */
    public long bufferBytes() {
        return Math.max(PRODUCER_DEFAULT_BYTES, (long) BUFFERED_RECORDS * maxWrittenBytes());
    }
}
