package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * An image event as it was received, byte for byte.
 *
 * @param key the record key, null if it had none
 * @param value the record value, null if it had none or it was too large to be kept
 * @param valueBytes size of the value as received; 0 without one
 */
@SuppressWarnings("ArrayRecordComponent")
record InFlightEntry(
        String topic,
        int partition,
        long offset,
        long timestamp,
        byte @Nullable [] key,
        byte @Nullable [] value,
        int valueBytes,
        List<Header> headers) {
    private static final int FIXED_BYTES = 200;
    private static final int HEADER_BYTES = 100;

    InFlightEntry {
        requireNonNull(topic, "topic is null");
        headers = List.copyOf(headers);
    }

    /** Of an event that is not there any more. */
    static InFlightEntry vanished(TopicPartition partition, long offset, long timestamp) {
        return new InFlightEntry(partition.topic(), partition.partition(), offset, timestamp, null, null, 0, List.of());
    }

    /** About how many bytes it takes in memory. */
    long bytes() {
        long bytes = FIXED_BYTES + size(key) + size(value);
        for (Header header : headers) {
            bytes += HEADER_BYTES + 2L * header.key().length() + size(header.value());
        }
        return bytes;
    }

    private static long size(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    boolean lacksValue() {
        return value == null && valueBytes > 0;
    }

    InFlightEntry withoutValue() {
        return new InFlightEntry(topic, partition, offset, timestamp, key, null, valueBytes, headers);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InFlightEntry that
                && topic.equals(that.topic)
                && partition == that.partition
                && offset == that.offset
                && timestamp == that.timestamp
                && valueBytes == that.valueBytes
                && Arrays.equals(key, that.key)
                && Arrays.equals(value, that.value)
                && headers.equals(that.headers);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(offset) * 31 + partition;
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
