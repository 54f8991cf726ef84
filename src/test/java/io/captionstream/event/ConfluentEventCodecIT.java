package io.captionstream.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.ForeignSchemas;
import io.captionstream.event.UndecodableEventException.Kind;
import io.captionstream.inference.ManualTicker;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConfluentEventCodecIT {
    private static final Topics TOPICS = Topics.prefixed("codec-");

    private static SchemaRegistryClient registry;
    private static ConfluentEventCodec codec;

    @BeforeAll
    static void register() {
        registry = client();
        new SchemaRegistrar(registry).register(EventSchemas.byTopic(TOPICS));
        codec = new ConfluentEventCodec(registry, Map.of());
    }

    private static SchemaRegistryClient client() {
        return new CachedSchemaRegistryClient(EmbeddedStack.shared().registry().url(), 100);
    }

    @Test
    void shouldReadWhatAProducerOfAnyLanguageWrites() throws Exception {
        // A generic record with the published schema is what a producer without our classes sends.
        Schema published =
                (Schema) registry.getSchemaById(registry.getLatestSchemaMetadata(TOPICS.imageEvents() + "-value")
                                .getId())
                        .rawSchema();
        assertThat(published.toString()).doesNotContain("avro.java.string");
        GenericRecord record = new GenericRecordBuilder(published)
                .set("id", "a")
                .set("uri", "https://example.org/a.jpg")
                .set("attributes", Map.of("tenant", "t1"))
                .set("createdAt", 1_700_000_000_000L)
                .build();

        ImageEvent event = codec.decodeImageEvent(TOPICS.imageEvents(), serialize(record));

        assertThat(event.getId()).isEqualTo("a");
        assertThat(event.getUri()).isEqualTo("https://example.org/a.jpg");
        assertThat(event.getContent()).isNull();
        assertThat(event.getModels()).isEmpty();
        assertThat(event.getAttributes()).containsExactly(Map.entry("tenant", "t1"));
        assertThat(event.getCreatedAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_000L));
    }

    @Test
    void shouldReadEventsOfAnOlderSchema() throws Exception {
        Schema older = SchemaBuilder.record("ImageEvent")
                .namespace("io.captionstream.event")
                .fields()
                .requiredString("id")
                .endRecord();
        byte[] bytes =
                serialize(new GenericRecordBuilder(older).set("id", "old").build(), "codec-older");

        assertThat(codec.decodeImageEvent(TOPICS.imageEvents(), bytes).getId()).isEqualTo("old");
    }

    @Test
    void shouldWriteWhatAnyConsumerReads() {
        CaptionEvent event = CaptionEvent.newBuilder()
                .setId("a")
                .setCaptions(List.of())
                .setImage(new ImageInfo(640, 480, "jpeg", 1000L, "00ff"))
                .setOrigin(new EventOrigin(TOPICS.imageEvents(), 1, 42L, Instant.ofEpochMilli(1)))
                .setCaptionedAt(Instant.ofEpochMilli(2))
                .build();
        byte[] bytes = codec.encodeCaptionEvent(TOPICS.captionEvents(), event);

        try (KafkaAvroDeserializer generic =
                new KafkaAvroDeserializer(client(), Map.of("schema.registry.url", "mock://unused"))) {
            GenericRecord read = (GenericRecord) generic.deserialize(TOPICS.captionEvents(), bytes);
            assertThat(read.get("id")).hasToString("a");
            assertThat(((GenericRecord) read.get("origin")).get("offset")).isEqualTo(42L);
        }
    }

    @Test
    void shouldSayWhyBytesCannotBeDecoded() throws Exception {
        byte[] good =
                serialize(ImageEvent.newBuilder().setId("a").setUri("data:,").build());

        assertThat(kindOf(new byte[0])).isEqualTo(Kind.NOT_AVRO);
        assertThat(kindOf("{\"id\": \"a\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(Kind.NOT_AVRO);
        assertThat(kindOf(Arrays.copyOf(good, good.length - 3))).isEqualTo(Kind.CORRUPT);
        byte[] unknown = good.clone();
        ByteBuffer.wrap(unknown).putInt(1, 1_000_000);
        assertThat(kindOf(unknown)).isEqualTo(Kind.UNKNOWN_SCHEMA);
        Schema order =
                SchemaBuilder.record("Order").fields().requiredLong("total").endRecord();
        assertThat(kindOf(serialize(
                        new GenericRecordBuilder(order).set("total", 1L).build(), "codec-orders")))
                .isEqualTo(Kind.WRONG_SCHEMA);
    }

    @Test
    void shouldRefuseSchemasThatAreNotAvroInEveryTopic() throws Exception {
        List<Class<? extends SpecificRecord>> types = List.of(
                ImageEvent.class,
                CaptionEvent.class,
                LabeledPair.class,
                ModelRelease.class,
                TrainingCommand.class,
                TrainingReport.class);
        for (byte[] value : ForeignSchemas.values(EmbeddedStack.shared().registry())) {
            for (Class<? extends SpecificRecord> type : types) {
                assertThat(catchThrowableOfType(
                                UndecodableEventException.class, () -> codec.decode("any", value, type)))
                        .hasMessageContaining("not Avro")
                        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.WRONG_SCHEMA));
            }
        }
    }

    @Test
    void shouldWaitForAnIdThatTheRegistryDoesNotKnow() throws Exception {
        RegistryPatience patience = new RegistryPatience(Duration.ofMinutes(5), Duration.ofSeconds(30));
        ManualTicker ticker = new ManualTicker();
        ConfluentEventCodec patient = new ConfluentEventCodec(client(), Map.of(), patience, ticker);
        byte[] unknown = {0, 0x7f, 0x7f, 0x7f, 0x7f, 1};
        assertThatThrownBy(() -> patient.decodeImageEvent(TOPICS.imageEvents(), unknown))
                .isInstanceOf(RegistryUnavailableException.class);
        ticker.advance(Duration.ofSeconds(30));
        assertThatThrownBy(() -> patient.decodeImageEvent(TOPICS.imageEvents(), unknown))
                .isInstanceOf(UndecodableEventException.class)
                .hasMessageContaining("for 30 s by now");

        assertThat(new RegistryProbe(client(), ticker).answersNow()).isTrue();
        assertThat(new RegistryProbe(new CachedSchemaRegistryClient("http://127.0.0.1:1", 10), ticker).answersNow())
                .isFalse();
    }

    @Test
    void shouldNeitherFailOtherwiseNorAllocateOnTheWordOfMutatedBytes() throws Exception {
        byte[] good = serialize(ImageEvent.newBuilder()
                .setId("a")
                .setUri("https://example.org/a.jpg")
                .setModels(List.of("m"))
                .build());
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = good.clone();
            for (int m = 0; m <= random.nextInt(3); m++) {
                mutated[5 + random.nextInt(mutated.length - 5)] = (byte) random.nextInt(256);
            }
            try {
                codec.decodeImageEvent(TOPICS.imageEvents(), mutated);
            } catch (UndecodableEventException e) {
                assertThat(e.kind()).isEqualTo(Kind.CORRUPT);
            }
        }
    }

    @Test
    void shouldServeManyThreads() throws Exception {
        byte[] good =
                serialize(ImageEvent.newBuilder().setId("a").setUri("data:,").build());
        ConfluentEventCodec fresh = new ConfluentEventCodec(client(), Map.of());
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> futures = IntStream.range(0, 8)
                    .<Future<?>>mapToObj(thread -> executor.submit(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            assertThat(fresh.decodeImageEvent(TOPICS.imageEvents(), good)
                                            .getId())
                                    .isEqualTo("a");
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> future : futures) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void shouldTellASilentRegistryFromBadBytes() throws Exception {
        byte[] good =
                serialize(ImageEvent.newBuilder().setId("a").setUri("data:,").build());
        ConfluentEventCodec unreachable =
                new ConfluentEventCodec(new CachedSchemaRegistryClient("http://127.0.0.1:1", 10), Map.of());

        assertThatThrownBy(() -> unreachable.decodeImageEvent(TOPICS.imageEvents(), good))
                .isInstanceOf(RegistryUnavailableException.class);
        CaptionEvent event = CaptionEvent.newBuilder()
                .setId("a")
                .setCaptions(List.of())
                .setImage(new ImageInfo(1, 1, "png", 1L, ""))
                .setOrigin(new EventOrigin("t", 0, 0L, Instant.EPOCH))
                .setCaptionedAt(Instant.EPOCH)
                .build();
        assertThatThrownBy(() -> unreachable.encodeCaptionEvent(TOPICS.captionEvents(), event))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void shouldRegisterWithFullTransitiveCompatibilityAndRefuseToBreakIt() throws Exception {
        assertThat(registry.getCompatibility(TOPICS.imageEvents() + "-value")).isEqualTo("FULL_TRANSITIVE");
        Schema incompatible = SchemaBuilder.record("ImageEvent")
                .namespace("io.captionstream.event")
                .fields()
                .requiredLong("id")
                .endRecord();
        registry.register("codec-conflict-value", new AvroSchema(incompatible));

        assertThatThrownBy(() ->
                        new SchemaRegistrar(registry).register(Map.of("codec-conflict", ImageEvent.getClassSchema())))
                .isInstanceOf(IncompatibleSchemaException.class)
                .hasMessageContaining("codec-conflict-value");
    }

    private static Kind kindOf(byte[] bytes) {
        return catchThrowableOfType(
                        UndecodableEventException.class, () -> codec.decodeImageEvent(TOPICS.imageEvents(), bytes))
                .kind();
    }

    private static byte[] serialize(Object record) {
        return serialize(record, TOPICS.imageEvents());
    }

    private static byte[] serialize(Object record, String topic) {
        try (KafkaAvroSerializer serializer = new KafkaAvroSerializer(
                client(), Map.of("schema.registry.url", "mock://unused", "avro.remove.java.properties", true))) {
            return serializer.serialize(topic, record);
        }
    }

    @Test
    void shouldNotTakeInstancesThatStartTogetherForIncompatibleOnes() throws Exception {
        Map<String, Schema> schemas = EventSchemas.byTopic(Topics.prefixed("together-"));
        int instances = 8;
        CyclicBarrier start = new CyclicBarrier(instances);
        ExecutorService executor = Executors.newFixedThreadPool(instances);
        try {
            List<Future<?>> registered = new ArrayList<>();
            for (int instance = 0; instance < instances; instance++) {
                registered.add(executor.submit(() -> {
                    start.await();
                    registerPatiently(new SchemaRegistrar(client()), schemas);
                    return null;
                }));
            }
            for (Future<?> future : registered) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
        for (String topic : schemas.keySet()) {
            assertThat(client().getAllVersions(topic + "-value")).as(topic).hasSize(1);
        }
    }

    /** As services do at their start. */
    private static void registerPatiently(SchemaRegistrar registrar, Map<String, Schema> schemas) {
        while (true) {
            try {
                registrar.register(schemas);
                return;
            } catch (RegistryUnavailableException e) {
                Thread.onSpinWait();
            }
        }
    }
}
