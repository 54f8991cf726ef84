package io.captionstream.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.SchemaRegistrar;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ReleaseLogIT {
    private static final EmbeddedStack STACK = EmbeddedStack.shared();
    private static final int PARTITIONS = 3;

    private final String topic = "releases-" + UUID.randomUUID();
    private final SchemaRegistryClient registry =
            new CachedSchemaRegistryClient(STACK.registry().url(), 10);
    private final ConfluentEventCodec codec = new ConfluentEventCodec(registry, Map.of());

    @Test
    void shouldKnowTheNewestReleaseOfEachModel() throws IOException {
        ReleaseLog log = created();

        log.publish(release("a", "1"));
        log.publish(release("b", "1"));
        log.publish(release("a", "2"));

        assertThat(log.read()).containsOnly(Map.entry("a", release("a", "2")), Map.entry("b", release("b", "1")));
    }

    @Test
    void shouldKnowNothingOfAnEmptyTopic() throws IOException {
        assertThat(created().read()).isEmpty();
    }

    @Test
    void shouldForgetWhatWasDeletedAndSkipWhatIsNoRelease() throws IOException {
        ReleaseLog log = created();
        log.publish(release("a", "1"));
        log.publish(release("b", "1"));

        write("a", null);
        write("b", "no release".getBytes(StandardCharsets.UTF_8));

        assertThat(log.read()).containsOnlyKeys("b");
    }

    @Test
    void shouldNotShowWhatIsNotCommitted() throws IOException {
        ReleaseLog log = created();
        log.publish(release("a", "1"));
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", STACK.broker().bootstrapServers(), "transactional.id", topic),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, bytes("a"), codec.encode(topic, release("a", "2"))));
            producer.flush();

            assertThat(log.read().get("a").getVersion()).isEqualTo("1");

            producer.commitTransaction();
        }
        // The partitions hear of a commit after the producer does.
        await().until(() -> log.read().get("a").getVersion().equals("2"));
    }

    @Test
    void shouldSayThatThereIsNoSuchTopic() {
        assertThatIOException().isThrownBy(log()::read).withMessageContaining(topic);
    }

    private ReleaseLog created() {
        STACK.broker().createTopics(PARTITIONS, topic);
        new SchemaRegistrar(registry).register(Map.of(topic, ModelRelease.getClassSchema()));
        return log();
    }

    private ReleaseLog log() {
        Map<String, Object> servers = Map.of("bootstrap.servers", STACK.broker().bootstrapServers());
        return new ReleaseLog(
                () -> new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                STACK.broker().bootstrapServers(),
                                "isolation.level",
                                "read_committed",
                                "enable.auto.commit",
                                false,
                                "allow.auto.create.topics",
                                false),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer()),
                () -> new KafkaProducer<>(servers, new ByteArraySerializer(), new ByteArraySerializer()),
                codec,
                topic);
    }

    private void write(String key, byte[] value) {
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", STACK.broker().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, bytes(key), value));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ModelRelease release(String model, String version) {
        return ModelRelease.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setBundleUri("file:/store/" + model + "/" + version)
                .setDigest("0".repeat(64))
                .setReleasedAt(Instant.EPOCH)
                .build();
    }
}
