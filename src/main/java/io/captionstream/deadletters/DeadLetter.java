package io.captionstream.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import io.captionstream.event.DeadLetterHeaders;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a dead letter say.
 *
 * @param partition where the dead letter is
 * @param offset where the dead letter is
 * @param at when it was written
 * @param key key of the record that failed, as text; null if it has none
 * @param code why, in a word; {@code UNKNOWN} if nothing says so, as of dead letters of Kafka Streams itself
 * @param stage where in the service; blank if nothing says so
 * @param reason what happened, for a person to read; blank if nothing says so
 * @param sourceTopic topic of the record that failed; blank if nothing says so
 * @param sourcePartition partition of the record that failed; -1 if nothing says so
 * @param sourceOffset offset of the record that failed; -1 if nothing says so
 */
public record DeadLetter(
        TopicPartition partition,
        long offset,
        Instant at,
        @Nullable String key,
        String code,
        String stage,
        String reason,
        String sourceTopic,
        int sourcePartition,
        long sourceOffset) {
    private static final String UNKNOWN = "UNKNOWN";

    public DeadLetter {
        requireNonNull(partition, "partition is null");
        requireNonNull(at, "at is null");
        requireNonNull(code, "code is null");
        requireNonNull(stage, "stage is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(sourceTopic, "sourceTopic is null");
    }

    /** Of a record of a topic of dead letters. */
    public static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        Integer sourcePartition = Ints.tryParse(header(record, DeadLetterHeaders.PARTITION, ""));
        Long sourceOffset = Longs.tryParse(header(record, DeadLetterHeaders.OFFSET, ""));
        return new DeadLetter(
                new TopicPartition(record.topic(), record.partition()),
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                record.key() == null ? null : new String(record.key(), UTF_8),
                header(record, DeadLetterHeaders.CODE, UNKNOWN),
                header(record, DeadLetterHeaders.STAGE, ""),
                header(record, DeadLetterHeaders.REASON, header(record, DeadLetterHeaders.MESSAGE, "")),
                header(record, DeadLetterHeaders.TOPIC, ""),
                sourcePartition == null ? -1 : sourcePartition,
                sourceOffset == null ? -1 : sourceOffset);
    }

    static String header(ConsumerRecord<?, ?> record, String name, String otherwise) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? otherwise : new String(header.value(), UTF_8);
    }

    /** Names it: {@code topic-partition@offset}. */
    public String position() {
        return partition + "@" + offset;
    }
}
