package io.captionstream.coco;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.IncompatibleSchemaException;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.SchemaRegistrar;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Broker and registry of a topic of labelled images. */
public final class PairTopicConnection implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CACHED_SCHEMAS = 10;

    private final Settings settings;
    private final SchemaRegistryClient registry;

    /**
     * How to reach them.
     *
     * @param bootstrapServers {@code host:port} of brokers
     * @param kafkaProperties any other of the producer's properties
     * @param registryUrl address of the schema registry
     * @param registryProperties any other of the registry client's
     */
    public record Settings(
            String bootstrapServers,
            Map<String, String> kafkaProperties,
            String registryUrl,
            Map<String, String> registryProperties) {
        public Settings {
            requireNonNull(bootstrapServers, "bootstrapServers is null");
            requireNonNull(registryUrl, "registryUrl is null");
            kafkaProperties = Map.copyOf(kafkaProperties);
            registryProperties = Map.copyOf(registryProperties);
        }
    }

    public PairTopicConnection(Settings settings) {
        this.settings = settings;
        this.registry =
                new CachedSchemaRegistryClient(settings.registryUrl(), CACHED_SCHEMAS, settings.registryProperties());
    }

    /**
     * Makes sure of the topic, registers its schema and begins to send, or goes on.
     *
     * @param progress the file that notes how far the import has come
     * @param origin names the source and all options that the pairs depend on
     * @throws IOException if there is no such topic, broker or registry do not answer, or the file is of another origin
     */
    public PairTopic open(PairTopic.Target target, Path progress, String origin) throws IOException {
        requireTopic(target.topic());
        try {
            new SchemaRegistrar(registry).register(Map.of(target.topic(), LabeledPair.getClassSchema()));
        } catch (RegistryUnavailableException | IncompatibleSchemaException e) {
            throw new IOException("%s (%s)".formatted(e.getMessage(), settings.registryUrl()), e);
        }
        ConfluentEventCodec codec = new ConfluentEventCodec(registry, settings.registryProperties());
        KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(producerProperties(), new StringSerializer(), new ByteArraySerializer());
        try {
            return new PairTopic(producer, pair -> codec.encode(target.topic(), pair), target, progress, origin);
        } catch (IOException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    private Map<String, Object> producerProperties() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        properties.putAll(settings.kafkaProperties());
        // Not for configuration: without them a retry writes twice.
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return properties;
    }

    private void requireTopic(String topic) throws IOException {
        Map<String, Object> properties = new HashMap<>(settings.kafkaProperties());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        try (Admin admin = Admin.create(properties)) {
            admin.describeTopics(List.of(topic)).allTopicNames().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IOException("There is no topic %s; create it first".formatted(topic), e);
            }
            throw unreachable(e);
        } catch (TimeoutException | KafkaException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(e);
        }
    }

    private IOException unreachable(Exception cause) {
        return new IOException(
                "No broker answers at %s: %s".formatted(settings.bootstrapServers(), cause.getMessage()), cause);
    }

    @Override
    public void close() throws IOException {
        registry.close();
    }
}
