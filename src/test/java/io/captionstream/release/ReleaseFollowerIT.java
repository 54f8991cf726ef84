package io.captionstream.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.ForeignSchemas;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReleaseFollowerIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration AT_ONCE = Duration.ofSeconds(30);

    private final Topics topics = Topics.prefixed(UUID.randomUUID() + "-");
    private final List<String> told = new CopyOnWriteArrayList<>();
    private EmbeddedStack stack = EmbeddedStack.shared();
    private ConfluentEventCodec encoder = newCodec();
    private ReleaseFollower follower;

    @AfterEach
    void close() {
        follower.close();
    }

    @Test
    void shouldTellTheNewestReleaseOfEachModelAndThenEveryOne() throws Exception {
        create();
        publish("first", 1);
        publish("second", 1);
        publish("first", 2);
        publish("withdrawn", 1);
        write("withdrawn", null);

        follow();
        assertThat(follower.awaitCaughtUp(AT_ONCE)).isTrue();
        assertThat(told).containsExactlyInAnyOrder("first 2", "second 1");

        publish("first", 3);
        publish("first", 4);
        await().atMost(LIMIT).until(() -> told.contains("first 4"));
        assertThat(told.subList(2, told.size())).containsExactly("first 3", "first 4");
    }

    @Test
    void shouldHaveCaughtUpWithAnEmptyTopic() throws Exception {
        create();
        follow();

        assertThat(follower.awaitCaughtUp(AT_ONCE)).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void shouldSkipWhatIsNoRelease() throws Exception {
        create();
        publish("model", 1);
        writeGarbage();
        follow();
        assertThat(follower.awaitCaughtUp(AT_ONCE)).isTrue();
        assertThat(told).containsExactly("model 1");

        writeGarbage();
        publish("model", 2);
        await().atMost(LIMIT).until(() -> told.contains("model 2"));
        assertThat(told).containsExactly("model 1", "model 2");
    }

    private void writeGarbage() throws Exception {
        write("model", "no Avro".getBytes(StandardCharsets.UTF_8));
        write("model", new byte[0]);
        write("model", new byte[] {0, 0x7f, 0x7f, 0x7f, 0x7f, 1});
        for (byte[] foreign : ForeignSchemas.values(stack.registry())) {
            write("model", foreign);
        }
        write("model", encode(release("model", 3).setDigest("no digest").build()));
        write("model", encode(release("model", 4).setBundleUri("not a uri").build()));
        write("model", encode(release("model", 5).setVersion(" ").build()));
    }

    @Test
    void shouldGoOnWhenWhoeverIsToldFails() throws Exception {
        create();
        publish("model", 1);
        follower = new ReleaseFollower(this::consumer, topics.modelReleases(), decoder(), release -> {
            tell(release);
            throw new IllegalStateException("version " + release.getVersion() + " is not wanted");
        });
        follower.start();
        assertThat(follower.awaitCaughtUp(AT_ONCE)).isTrue();

        publish("model", 2);
        publish("model", 3);
        await().atMost(LIMIT).until(() -> told.contains("model 3"));
        assertThat(told).containsExactly("model 1", "model 2", "model 3");
    }

    @Test
    void shouldWaitForTheTopic() throws Exception {
        follow();
        assertThat(follower.awaitCaughtUp(Duration.ofSeconds(2))).isFalse();

        create();
        publish("model", 1);
        await().atMost(LIMIT).until(() -> told.contains("model 1"));
    }

    @Test
    void shouldOutlastTheBrokerAndTheRegistry() throws Exception {
        try (EmbeddedStack own = EmbeddedStack.start()) {
            stack = own;
            encoder = newCodec();
            create();
            publish("model", 1);
            byte[] third = encode(release("model", 3).build());
            own.registry().stop();

            follow();
            assertThat(follower.awaitCaughtUp(Duration.ofSeconds(2))).isFalse();
            own.registry().start();
            own.registry().awaitReady();
            assertThat(follower.awaitCaughtUp(LIMIT)).isTrue();

            publish("model", 2);
            await().atMost(LIMIT).until(() -> told.contains("model 2"));
            own.broker().kill();
            own.broker().start();
            own.broker().awaitReady();
            write("model", third);
            await().atMost(LIMIT).until(() -> told.contains("model 3"));
            assertThat(told).containsExactly("model 1", "model 2", "model 3");
            follower.close();
        }
    }

    @Test
    void shouldTellNothingOnceClosed() throws Exception {
        create();
        follow();
        assertThat(follower.awaitCaughtUp(AT_ONCE)).isTrue();
        follower.close();

        publish("model", 1);
        assertThat(told).isEmpty();
    }

    private void follow() {
        follower = new ReleaseFollower(this::consumer, topics.modelReleases(), decoder(), this::tell);
        follower.start();
    }

    private void tell(ModelRelease release) {
        told.add(release.getModel() + " " + release.getVersion());
    }

    private void create() {
        stack.broker().createAllTopics(1, topics);
        new SchemaRegistrar(new CachedSchemaRegistryClient(stack.registry().url(), 10))
                .register(EventSchemas.byTopic(topics));
    }

    private Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.broker().bootstrapServers(),
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** With nothing cached yet. */
    private ReleaseDecoder decoder() {
        ConfluentEventCodec own = newCodec();
        return value -> own.decode(topics.modelReleases(), value, ModelRelease.class);
    }

    private ConfluentEventCodec newCodec() {
        return new ConfluentEventCodec(
                new CachedSchemaRegistryClient(stack.registry().url(), 10), Map.of());
    }

    private byte[] encode(ModelRelease release) {
        return encoder.encode(topics.modelReleases(), release);
    }

    private static ModelRelease.Builder release(String model, int version) {
        return ModelRelease.newBuilder()
                .setModel(model)
                .setVersion(Integer.toString(version))
                .setBundleUri("file:///bundles/" + model + "/" + version)
                .setDigest("%064x".formatted(version))
                .setReleasedAt(Instant.EPOCH);
    }

    private void publish(String model, int version) throws Exception {
        write(model, encode(release(model, version).build()));
    }

    private void write(String key, byte @org.jspecify.annotations.Nullable [] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topics.modelReleases(), key.getBytes(StandardCharsets.UTF_8), value))
                    .get();
        }
    }
}
