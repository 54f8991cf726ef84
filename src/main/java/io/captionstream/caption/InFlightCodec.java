package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Verify.verify;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an in-flight entry, in the store and its changelog. Version 1, big-endian; a length of -1 is null:
 *
 * <pre>
 * byte version | int partition | long offset | long timestamp | int valueBytes
 * bytes topic | bytes key | int headers, each: bytes key, bytes value | bytes value        (bytes: int length, content)
 * </pre>
 */
final class InFlightCodec {
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = Byte.BYTES + 3 * Integer.BYTES + 2 * Long.BYTES;
    private static final int NULL = -1;

    private InFlightCodec() {}

    static byte[] encode(InFlightEntry entry) {
        byte[] topic = entry.topic().getBytes(UTF_8);
        List<byte[]> headerKeys = entry.headers().stream()
                .map(header -> header.key().getBytes(UTF_8))
                .toList();
        int size = FIXED_BYTES + size(topic) + size(entry.key()) + size(entry.value());
        for (int i = 0; i < headerKeys.size(); i++) {
            size += size(headerKeys.get(i)) + size(entry.headers().get(i).value());
        }
        ByteBuffer buffer = ByteBuffer.allocate(size);
        buffer.put(VERSION).putInt(entry.partition()).putLong(entry.offset()).putLong(entry.timestamp());
        buffer.putInt(entry.valueBytes());
        put(buffer, topic);
        put(buffer, entry.key());
        buffer.putInt(headerKeys.size());
        for (int i = 0; i < headerKeys.size(); i++) {
            put(buffer, headerKeys.get(i));
            put(buffer, entry.headers().get(i).value());
        }
        put(buffer, entry.value());
        verify(!buffer.hasRemaining());
        return buffer.array();
    }

    /** @throws IllegalArgumentException if these bytes were not written by {@link #encode}, or by a later version of it */
    static InFlightEntry decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            byte version = buffer.get();
            checkArgument(
                    version == VERSION, "in-flight entry has version %s, this service knows %s", version, VERSION);
            int partition = buffer.getInt();
            long offset = buffer.getLong();
            long timestamp = buffer.getLong();
            int valueBytes = buffer.getInt();
            String topic = new String(requireNonNull(get(buffer)), UTF_8);
            byte[] key = get(buffer);
            int count = buffer.getInt();
            List<Header> headers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                headers.add(new RecordHeader(new String(requireNonNull(get(buffer)), UTF_8), get(buffer)));
            }
            byte[] value = get(buffer);
            checkArgument(!buffer.hasRemaining(), "in-flight entry has %s bytes too many", buffer.remaining());
            return new InFlightEntry(topic, partition, offset, timestamp, key, value, valueBytes, headers);
        } catch (BufferUnderflowException | NullPointerException | NegativeArraySizeException e) {
            throw new IllegalArgumentException("in-flight entry is damaged", e);
        }
    }

    private static int size(byte @Nullable [] bytes) {
        return Integer.BYTES + (bytes == null ? 0 : bytes.length);
    }

    private static void put(ByteBuffer buffer, byte @Nullable [] bytes) {
        if (bytes == null) {
            buffer.putInt(NULL);
        } else {
            buffer.putInt(bytes.length).put(bytes);
        }
    }

    private static byte @Nullable [] get(ByteBuffer buffer) {
        int length = buffer.getInt();
        if (length == NULL) {
            return null;
        }
        checkArgument(length >= 0 && length <= buffer.remaining(), "in-flight entry is damaged");
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }
}
