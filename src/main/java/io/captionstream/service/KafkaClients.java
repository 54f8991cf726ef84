package io.captionstream.service;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Plain clients beside Kafka Streams, from the same settings. */
final class KafkaClients {
    private static final int MAX_BLOCK_MILLIS = 10_000;

    private KafkaClients() {}

    /** Reads what is committed, without a group, from the beginning where it has no position. */
    static Consumer<byte[], byte[]> reader(ServiceConfig config) {
        Map<String, Object> properties = properties(config, "consumer.");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        properties.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Waits for all replicas; gives up soon if the broker does not answer. */
    static Producer<byte[], byte[]> writer(ServiceConfig config) {
        Map<String, Object> properties = properties(config, "producer.");
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** What is set for this kind of client wins over what is set for all, as in Kafka Streams. */
    private static Map<String, Object> properties(ServiceConfig config, String prefix) {
        Map<String, Object> properties = new HashMap<>(StreamsProperties.admin(config));
        config.kafka().properties().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                properties.put(key.substring(prefix.length()), value);
            }
        });
        return properties;
    }
}
