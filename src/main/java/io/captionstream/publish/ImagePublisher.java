package io.captionstream.publish;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.RegistryUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends image events to their topic, keyed by image id, each once and to all replicas. Events of one id arrive in the
 * order in which they were sent. Safe for use by several threads.
 */
public final class ImagePublisher implements AutoCloseable {
    /** As large as the topics of the service allow records to be. */
    private static final int MAX_REQUEST_BYTES = 32 << 20;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final Producer<String, byte[]> producer;
    private final Function<ImageEvent, byte[]> encoder;
    private final String topic;

    /**
     * @param producer should be idempotent; closed with this
     * @param encoder may throw {@link RegistryUnavailableException}
     */
    ImagePublisher(Producer<String, byte[]> producer, Function<ImageEvent, byte[]> encoder, String topic) {
        this.producer = requireNonNull(producer, "producer is null");
        this.encoder = requireNonNull(encoder, "encoder is null");
        this.topic = requireNonNull(topic, "topic is null");
    }

    /**
     * Makes sure of the topic.
     *
     * @param connection stays the caller's to close, after this
     * @param register whether to register the schema of image events first
     * @throws IOException if there is no such topic, or broker or registry do not answer
     */
    public static ImagePublisher open(Connection connection, String topic, boolean register) throws IOException {
        connection.requireTopics(List.of(topic));
        if (register) {
            connection.register(Map.of(topic, ImageEvent.getClassSchema()));
        }
        ConfluentEventCodec codec = connection.codec();
        return new ImagePublisher(
                connection.writer(
                        new StringSerializer(),
                        Map.of(
                                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                                "lz4",
                                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                                MAX_REQUEST_BYTES)),
                event -> codec.encode(topic, event),
                topic);
    }

    /**
     * Sends an event. Waits while the producer's buffer is full.
     *
     * @return where it was written, when all replicas have it; fails with an {@link IOException} that says what to do
     *     if it was not written. It completes on the producer's thread: what depends on it must be short
     */
    public CompletableFuture<RecordMetadata> publish(ImageEvent event) {
        CompletableFuture<RecordMetadata> written = new CompletableFuture<>();
        try {
            producer.send(new ProducerRecord<>(topic, event.getId(), encoder.apply(event)), (metadata, failure) -> {
                if (failure == null) {
                    written.complete(metadata);
                } else {
                    written.completeExceptionally(notWritten(event, failure));
                }
            });
        } catch (KafkaException | RegistryUnavailableException e) {
            written.completeExceptionally(notWritten(event, e));
        }
        return written;
    }

    private IOException notWritten(ImageEvent event, Exception failure) {
        return new IOException(
                "%s was not written to %s: %s".formatted(event.getId(), topic, failure.getMessage()), failure);
    }

    /** Waits for what was sent, 20 seconds at most; what is not written then fails. */
    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
