package io.captionstream.embedded;

import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Clients as the users of the service have them. */
public final class Clients {
    private Clients() {}

    /** Reads topics from their beginning, and only what is committed. */
    public static KafkaConsumer<String, byte[]> committedReader(String bootstrapServers, Collection<String> topics) {
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "group.id",
                        "reader-" + UUID.randomUUID(),
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(topics);
        return consumer;
    }

    /** Writes the values of events. */
    public static KafkaAvroSerializer eventSerializer(String registryUrl) {
        KafkaAvroSerializer serializer = new KafkaAvroSerializer();
        serializer.configure(Map.of("schema.registry.url", registryUrl, "avro.remove.java.properties", true), false);
        return serializer;
    }
}
