package io.captionstream.learning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a model is told, keyed by the model's name.
 *
 * @param kind which of the other fields count
 * @param partition of the labelled pairs; of a command or release that it was read from
 * @param end offset after the last pair taken in, or after the command or release
 * @param pairs how many new ones there have been in the partition, ever
 * @param value the command or release as received
 */
@SuppressWarnings("ArrayRecordComponent")
record Signal(Kind kind, int partition, long end, long pairs, byte @Nullable [] value) implements IntakeOutput {
    enum Kind {
        LABELS,
        COMMAND,
        RELEASE
    }

    private static final JsonMapper JSON = JsonMapper.builder()
            // Of a later version that was taken back.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static Signal labels(int partition, long end, long pairs) {
        return new Signal(Kind.LABELS, partition, end, pairs, null);
    }

    static Signal command(int partition, long offset, byte[] value) {
        return new Signal(Kind.COMMAND, partition, offset + 1, 0, value);
    }

    static Signal release(int partition, long offset, byte[] value) {
        return new Signal(Kind.RELEASE, partition, offset + 1, 0, value);
    }

    /** Where a command or release was read: {@code partition@offset}. */
    String position() {
        return partition + "@" + (end - 1);
    }

    static Serde<Signal> serde() {
        return Serdes.serdeFrom((topic, signal) -> encode(signal), (topic, bytes) -> decode(bytes));
    }

    private static byte @Nullable [] encode(@Nullable Signal signal) {
        try {
            return signal == null ? null : JSON.writeValueAsBytes(signal);
        } catch (JsonProcessingException e) {
            throw new SerializationException("cannot write a signal", e);
        }
    }

    private static @Nullable Signal decode(byte @Nullable [] bytes) {
        try {
            return bytes == null ? null : JSON.readValue(bytes, Signal.class);
        } catch (IOException e) {
            throw new SerializationException("cannot read a signal", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signal that
                && kind == that.kind
                && partition == that.partition
                && end == that.end
                && pairs == that.pairs
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, partition, end, pairs, Arrays.hashCode(value));
    }
}
