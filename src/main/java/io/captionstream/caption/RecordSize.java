package io.captionstream.caption;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/** How large a record is in a batch of its own, which is what producers and brokers measure. */
final class RecordSize {
    private RecordSize() {}

    /** As producers count, in bytes: what it takes at most without compression. */
    static long uncompressed(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        // The estimate does not depend on the codec. It is an int: what overflows is larger than anything takes.
        int bound = AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE, CompressionType.NONE, key, value, headers.toArray());
        return bound < 0 ? Integer.MAX_VALUE : bound;
    }

    /**
     * As brokers count, in bytes: what it takes at most with any codec, the producer's or the topic's. What cannot be
     * compressed grows by the frames of the codec, less than 6 bytes for each 16 KiB.
     */
    static long compressed(long uncompressed) {
        return uncompressed + 64 + uncompressed / 1024;
    }
}
