package io.captionstream.connection;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;

/**
 * How to reach brokers and schema registry.
 *
 * @param bootstrapServers {@code host:port} of brokers
 * @param kafkaProperties any other of the clients' properties; behind {@code consumer.}, {@code producer.} or
 *     {@code admin.} those of one kind only, as for Kafka Streams
 * @param registryUrl addresses of the schema registry, with commas between
 * @param registryProperties any other of the registry client's and the serializers'
 */
public record ConnectionSettings(
        String bootstrapServers,
        Map<String, String> kafkaProperties,
        String registryUrl,
        Map<String, String> registryProperties) {
    public ConnectionSettings {
        checkArgument(!bootstrapServers.isBlank(), "bootstrapServers is blank");
        checkArgument(!registryUrl.isBlank(), "registryUrl is blank");
        kafkaProperties = Map.copyOf(kafkaProperties);
        registryProperties = Map.copyOf(registryProperties);
    }
}
