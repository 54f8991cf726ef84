package io.captionstream.connection;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.IncompatibleSchemaException;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.SchemaRegistrar;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/** Makes clients. Nothing is connected to until one of them is used. Safe for use by several threads. */
public final class Connection implements AutoCloseable {
    /** How long a broker may take to answer. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int CACHED_SCHEMAS = 100;
    private static final List<String> KINDS = List.of("consumer.", "producer.", "admin.");

    private final ConnectionSettings settings;
    private final SchemaRegistryClient registry;

    public Connection(ConnectionSettings settings) {
        this.settings = requireNonNull(settings, "settings is null");
        this.registry = new CachedSchemaRegistryClient(
                List.of(settings.registryUrl().split(",")), CACHED_SCHEMAS, settings.registryProperties());
    }

    public ConnectionSettings settings() {
        return settings;
    }

    /** The registry's client, whose answers it caches; goes with this. */
    public SchemaRegistryClient registry() {
        return registry;
    }

    /** A consumer without a group, which commits nothing, creates nothing and reads what is committed. */
    public Consumer<byte[], byte[]> reader() {
        Map<String, Object> properties = properties("consumer.");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A producer that writes once and waits for all replicas. */
    public Producer<byte[], byte[]> writer() {
        return writer(new ByteArraySerializer(), Map.of());
    }

    /**
     * A producer that writes once and waits for all replicas.
     *
     * @param defaults properties for what the settings do not say
     */
    public <K> Producer<K, byte[]> writer(Serializer<K> keys, Map<String, ?> defaults) {
        Map<String, Object> properties = new HashMap<>(defaults);
        properties.putAll(properties("producer."));
        // Not for configuration: without them a retry writes twice.
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return new KafkaProducer<>(properties, keys, new ByteArraySerializer());
    }

    public Admin admin() {
        return Admin.create(properties("admin."));
    }

    private Map<String, Object> properties(String kind) {
        Map<String, Object> properties = new HashMap<>();
        settings.kafkaProperties().forEach((key, value) -> {
            if (KINDS.stream().noneMatch(key::startsWith)) {
                properties.put(key, value);
            }
        });
        settings.kafkaProperties().forEach((key, value) -> {
            if (key.startsWith(kind)) {
                properties.put(key.substring(kind.length()), value);
            }
        });
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        return properties;
    }

    public ConfluentEventCodec codec() {
        return new ConfluentEventCodec(registry, settings.registryProperties());
    }

    /**
     * Registers the schemas of topics, by the topics' names.
     *
     * @throws IOException if the registry does not answer or holds a schema that does not go with one of these
     */
    public void register(Map<String, Schema> schemas) throws IOException {
        try {
            new SchemaRegistrar(registry).register(schemas);
        } catch (RegistryUnavailableException | IncompatibleSchemaException e) {
            throw new IOException("%s (%s)".formatted(e.getMessage(), settings.registryUrl()), e);
        }
    }

    /** @throws IOException if one of the topics is missing, which the message names, or no broker answers */
    public void requireTopics(Collection<String> topics) throws IOException {
        try (Admin admin = admin()) {
            TreeSet<String> missing = new TreeSet<>(topics);
            missing.removeAll(await(admin.listTopics().names()));
            if (!missing.isEmpty()) {
                throw new IOException("There is no topic %s; create it first".formatted(String.join(", ", missing)));
            }
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    /**
     * Waits for a broker's answer.
     *
     * @throws IOException if none comes; its cause is what the broker answered instead
     */
    public <T> T await(KafkaFuture<T> answer) throws IOException {
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw unreachable(cause);
            }
            throw new IOException(
                    "The broker at %s refuses: %s".formatted(settings.bootstrapServers(), cause.getMessage()), cause);
        } catch (TimeoutException | KafkaException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(e);
        }
    }

    private IOException unreachable(Throwable cause) {
        String reason = cause.getMessage() == null ? "not within " + PATIENCE.toSeconds() + " s" : cause.getMessage();
        return new IOException("No broker answers at %s: %s".formatted(settings.bootstrapServers(), reason), cause);
    }

    @Override
    public void close() throws IOException {
        registry.close();
    }
}
