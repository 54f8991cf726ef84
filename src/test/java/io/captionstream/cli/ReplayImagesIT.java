package io.captionstream.cli;

import static io.captionstream.operations.TinyBundles.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.Captionstream;
import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.operations.TinyBundles;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captions events again while others come in, is killed, goes on, and is held to the events that there were. */
class ReplayImagesIT {
    private static final int EVENTS = 10_000;
    private static final int LATER = 300;
    private static final int PARTITIONS = 3;
    private static final int BROKEN_EVERY = 500;
    private static final String LIVE_GROUP = "captionstream-caption";

    @TempDir
    Path folder;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String prefix = "replay-" + UUID.randomUUID() + "-";
    private final Topics topics = Topics.prefixed(prefix);
    private final String target = prefix + "again";
    private final StringWriter out = new StringWriter();

    @BeforeEach
    void create() throws Exception {
        stack.broker().createTopics(PARTITIONS, topics.imageEvents(), topics.captionEvents());
        stack.broker().createTopics(1, topics.modelReleases());
        new SchemaRegistrar(new CachedSchemaRegistryClient(stack.registry().url(), 10))
                .register(EventSchemas.byTopic(topics));
        TinyBundles.version(1, folder.resolve("bundle"));
        assertThat(run(
                        "models",
                        "promote",
                        MODEL,
                        "--bundle",
                        folder.resolve("bundle").toString()))
                .isZero();
    }

    @Test
    void shouldCaptionEveryEventOnceThoughKilled() throws Exception {
        produce(0, EVENTS);
        Map<TopicPartition, OffsetAndMetadata> live = commitAsTheService();
        String[] replay = {
            "replay", "images", "--from", "earliest", "--to", "latest", "--model", MODEL, "--to-topic", target
        };

        assertThat(run("replay", "images", "--from", "earliest", "--model", MODEL, "--to-topic", target, "--dry-run"))
                .isZero();
        assertThat(out.toString()).contains(EVENTS + " events");
        assertThat(topicNames()).doesNotContain(target);

        int before;
        try (ChildJvm child = start(replay)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> committed(target).size() > EVENTS / 5);
            child.kill();
            before = committed(target).size();
        }
        assertThat(before).isLessThan(EVENTS - EVENTS / BROKEN_EVERY);
        // Of the service's traffic meanwhile, nothing must come in.
        produce(EVENTS, LATER);
        assertThat(run("replay", "images", "--from", "0:5", "--model", MODEL, "--to-topic", target))
                .as("another range under the same name")
                .isEqualTo(1);

        assertThat(run(replay)).isZero();

        verifyOnce();
        assertThat(offsets(LIVE_GROUP + prefix)).isEqualTo(live);
        assertThat(topicNames()).noneMatch(name -> name.startsWith("captionstream-replay-" + prefix));
        assertThat(offsets("captionstream-replay-" + target)).isEmpty();
        assertThat(run(
                        "replay",
                        "diff",
                        "--model",
                        MODEL,
                        "--topic",
                        target,
                        "--before",
                        target,
                        "--out",
                        folder.resolve("diff").toString()))
                .isZero();
        assertThat(out.toString()).contains("%d same, 0 changed".formatted(EVENTS - EVENTS / BROKEN_EVERY));
        assertThat(Files.readString(folder.resolve("diff/diff.html"))).contains(target);
    }

    @Test
    void shouldCaptionARangeAndSayHowItDiffers() throws Exception {
        produce(0, 60);
        assertThat(run(
                        "replay",
                        "images",
                        "--from",
                        "0:0,1:0,2:0",
                        "--to",
                        "0:5,1:7",
                        "--model",
                        MODEL,
                        "--to-topic",
                        target))
                .isZero();
        assertThat(committed(target)).hasSize(12);

        TinyBundles.version(2, folder.resolve("second"));
        assertThat(run(
                        "models",
                        "promote",
                        MODEL,
                        "--bundle",
                        folder.resolve("second").toString()))
                .isZero();
        String second = prefix + "second";
        assertThat(run(
                        "replay",
                        "images",
                        "--from",
                        "earliest",
                        "--to",
                        "0:5,1:7",
                        "--model",
                        MODEL,
                        "--version",
                        "2",
                        "--to-topic",
                        second))
                .isZero();
        assertThat(run("replay", "diff", "--model", MODEL, "--before", target, "--topic", second, "--json"))
                .isZero();
        assertThat(out.toString()).contains("\"versionsAfter\" : {\n    \"2\" : 12");
    }

    @Test
    void shouldFailPlainly() {
        assertThat(run("replay", "images", "--from", "yesterday", "--model", MODEL, "--to-topic", target))
                .isEqualTo(1);
        assertThat(run("replay", "images", "--from", "earliest", "--model", "none", "--to-topic", target))
                .isEqualTo(1);
        assertThat(run("replay", "images", "--from", "9:0", "--model", MODEL, "--to-topic", target))
                .isEqualTo(1);
        assertThat(run(
                        "replay",
                        "images",
                        "--from",
                        "earliest",
                        "--model",
                        MODEL,
                        "--to-topic",
                        topics.captionEvents()))
                .isEqualTo(1);
        assertThat(run("replay", "images", "--from", "earliest", "--model", MODEL))
                .isEqualTo(2);
        assertThat(run("replay", "diff", "--model", MODEL, "--topic", "none")).isEqualTo(1);
    }

    private void verifyOnce() {
        Map<String, Integer> outcomes = new HashMap<>();
        KafkaAvroDeserializer values = new KafkaAvroDeserializer();
        values.configure(Map.of("schema.registry.url", stack.registry().url(), "specific.avro.reader", true), false);
        for (ConsumerRecord<byte[], byte[]> record : committed(target)) {
            CaptionEvent event = (CaptionEvent) values.deserialize(target, record.value());
            EventOrigin origin = event.getOrigin();
            assertThat(origin.getTopic()).isEqualTo(topics.imageEvents());
            assertThat(event.getCaptions()).singleElement().satisfies(caption -> assertThat(caption.getModel())
                    .isEqualTo(MODEL));
            outcomes.merge(origin.getPartition() + "@" + origin.getOffset(), 1, Integer::sum);
        }
        assertThat(outcomes).hasSize(EVENTS - EVENTS / BROKEN_EVERY);
        for (ConsumerRecord<byte[], byte[]> record : committed(target + ".dlq")) {
            outcomes.merge(
                    header(record, "__streams.errors.partition") + "@" + header(record, "__streams.errors.offset"),
                    1,
                    Integer::sum);
        }
        assertThat(outcomes.values()).containsOnly(1);
        assertThat(outcomes.keySet())
                .isEqualTo(committed(topics.imageEvents()).stream()
                        .filter(record -> number(record) < EVENTS)
                        .map(record -> record.partition() + "@" + record.offset())
                        .collect(Collectors.toSet()));
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.key(), StandardCharsets.UTF_8).substring("image-".length()));
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** Every so many are broken, and all ask for a model that is not the replay's. */
    private void produce(int from, int count) throws IOException {
        byte[] picture = picture();
        KafkaAvroSerializer serializer =
                Clients.eventSerializer(stack.registry().url());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers(), "linger.ms", 20),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (int number = from; number < from + count; number++) {
                boolean broken = number % BROKEN_EVERY == BROKEN_EVERY - 1;
                ImageEvent event = ImageEvent.newBuilder()
                        .setId("image-" + number)
                        .setContent(ByteBuffer.wrap(broken ? new byte[] {1, 2, 3} : picture))
                        .setModels(List.of("another-model"))
                        .build();
                var unused = producer.send(new ProducerRecord<>(
                        topics.imageEvents(),
                        number % PARTITIONS,
                        event.getId(),
                        serializer.serialize(topics.imageEvents(), event)));
            }
        }
    }

    private static byte[] picture() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    private Map<TopicPartition, OffsetAndMetadata> commitAsTheService() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            offsets.put(new TopicPartition(topics.imageEvents(), partition), new OffsetAndMetadata(100 + partition));
        }
        try (Admin admin = admin()) {
            admin.alterConsumerGroupOffsets(LIVE_GROUP + prefix, offsets).all().get(30, TimeUnit.SECONDS);
        }
        return offsets(LIVE_GROUP + prefix);
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(String group) throws Exception {
        try (Admin admin = admin()) {
            if (admin.listGroups().all().get(30, TimeUnit.SECONDS).stream()
                    .noneMatch(listed -> listed.groupId().equals(group))) {
                return Map.of();
            }
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private Set<String> topicNames() throws Exception {
        try (Admin admin = admin()) {
            return admin.listTopics().names().get(30, TimeUnit.SECONDS);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", stack.broker().bootstrapServers()));
    }

    private List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    private ChildJvm start(String... words) {
        return ChildJvm.start(
                "Replay",
                folder.resolve("replay.log"),
                System.getProperty("java.class.path"),
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"),
                Captionstream.class.getName(),
                arguments(words));
    }

    private int run(String... words) {
        out.getBuffer().setLength(0);
        return CaptionstreamCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute(arguments(words).toArray(String[]::new));
    }

    private List<String> arguments(String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        Map.of(
                        "--bootstrap-servers", stack.broker().bootstrapServers(),
                        "--schema-registry", stack.registry().url(),
                        "--topic-prefix", prefix,
                        "--store", folder.resolve("store").toUri().toString(),
                        "--kafka-property", "session.timeout.ms=6000")
                .forEach((option, value) -> arguments.addAll(List.of(option, value)));
        return arguments;
    }
}
