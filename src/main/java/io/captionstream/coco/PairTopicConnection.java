package io.captionstream.coco;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.LabeledPair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringSerializer;

/** Broker and registry of a topic of labelled images. */
public final class PairTopicConnection {
    private final Connection connection;

    /** @param connection stays the caller's to close, after the topic */
    public PairTopicConnection(Connection connection) {
        this.connection = requireNonNull(connection, "connection is null");
    }

    /**
     * Makes sure of the topic, registers its schema and begins to send, or goes on.
     *
     * @param progress the file that notes how far the import has come
     * @param origin names the source and all options that the pairs depend on
     * @throws IOException if there is no such topic, broker or registry do not answer, or the file is of another origin
     */
    public PairTopic open(PairTopic.Target target, Path progress, String origin) throws IOException {
        connection.requireTopics(List.of(target.topic()));
        connection.register(Map.of(target.topic(), LabeledPair.getClassSchema()));
        ConfluentEventCodec codec = connection.codec();
        Producer<String, byte[]> producer = connection.writer(
                new StringSerializer(),
                Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4", ProducerConfig.LINGER_MS_CONFIG, 20));
        try {
            return new PairTopic(producer, pair -> codec.encode(target.topic(), pair), target, progress, origin);
        } catch (IOException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }
}
