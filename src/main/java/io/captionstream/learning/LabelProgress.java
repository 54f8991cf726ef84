package io.captionstream.learning;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * How far a partition of labelled pairs has been taken in.
 *
 * @param end offset after the last one
 * @param pairs new ones among them, ever
 */
record LabelProgress(long end, long pairs) {
    static Serde<LabelProgress> serde() {
        return Serdes.serdeFrom((topic, progress) -> encode(progress), (topic, bytes) -> decode(bytes));
    }

    private static byte @Nullable [] encode(@Nullable LabelProgress progress) {
        return progress == null
                ? null
                : ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(progress.end)
                        .putLong(progress.pairs)
                        .array();
    }

    private static @Nullable LabelProgress decode(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new LabelProgress(buffer.getLong(), buffer.getLong());
    }
}
