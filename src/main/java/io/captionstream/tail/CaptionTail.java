package io.captionstream.tail;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Follows a topic of caption events, without a consumer group. */
public final class CaptionTail implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CaptionTail.class);
    private static final Duration POLL = Duration.ofMillis(250);

    private final Consumer<byte[], byte[]> consumer;
    private final Decoder decoder;

    /** Decodes caption events. */
    @FunctionalInterface
    public interface Decoder {
        /** @throws RegistryUnavailableException if the registry could not be asked for the schema now */
        CaptionEvent decode(String topic, byte[] value) throws UndecodableEventException;
    }

    /** Takes captions. */
    @FunctionalInterface
    public interface Sink {
        /** @return whether to go on */
        boolean accept(TailedCaption caption) throws IOException;
    }

    /**
     * @param consumer reads what is committed, and has no group; closed with this
     * @param starts the first offsets to read
     */
    public CaptionTail(Consumer<byte[], byte[]> consumer, Decoder decoder, Map<TopicPartition, Long> starts) {
        this.consumer = requireNonNull(consumer, "consumer is null");
        this.decoder = requireNonNull(decoder, "decoder is null");
        consumer.assign(starts.keySet());
        starts.forEach(consumer::seek);
    }

    /**
     * Gives every caption to a sink, until that has enough, it is stopped, or the ends are reached. What is no caption
     * event is passed over, with a warning in the log.
     *
     * @param ends exclusive, by partition; null follows for as long as it takes
     * @return whether it came to the ends, or the sink had enough
     * @throws IOException if broker or registry do not answer
     */
    public boolean follow(@Nullable Map<TopicPartition, Long> ends, Sink sink, BooleanSupplier stop)
            throws IOException {
        try {
            while (!stop.getAsBoolean()) {
                if (ends != null && reached(ends)) {
                    return true;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    Optional<TailedCaption> caption = within(ends, record) ? decode(record) : Optional.empty();
                    if (caption.isPresent() && !sink.accept(caption.get())) {
                        return true;
                    }
                }
            }
            return false;
        } catch (KafkaException | RegistryUnavailableException e) {
            throw new IOException("Captions cannot be read: " + e.getMessage(), e);
        }
    }

    private boolean reached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static boolean within(@Nullable Map<TopicPartition, Long> ends, ConsumerRecord<?, ?> record) {
        return ends == null
                || record.offset() < requireNonNull(ends.get(new TopicPartition(record.topic(), record.partition())));
    }

    private Optional<TailedCaption> decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.value() == null) {
                return Optional.empty();
            }
            return Optional.of(new TailedCaption(
                    new TopicPartition(record.topic(), record.partition()),
                    record.offset(),
                    Instant.ofEpochMilli(record.timestamp()),
                    decoder.decode(record.topic(), record.value())));
        } catch (UndecodableEventException e) {
            LOG.warnf(
                    "Skipping what is no caption event at %s-%d@%d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
