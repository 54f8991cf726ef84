package io.captionstream.cli;

import static io.captionstream.operations.TinyBundles.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.GateVerdict;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingReport;
import io.captionstream.operations.TinyBundles;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions made from the log with a real, tiny network, and made again. */
class ReplayLabelsIT {
    private static final int LABELS = 80;

    @TempDir
    Path folder;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String prefix = "labels-" + UUID.randomUUID() + "-";
    private final Topics topics = Topics.prefixed(prefix);
    private final KafkaAvroSerializer serializer =
            Clients.eventSerializer(stack.registry().url());
    private final StringWriter out = new StringWriter();
    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void open() throws Exception {
        stack.broker()
                .createTopics(
                        1,
                        topics.labeledPairs(),
                        topics.modelReleases(),
                        topics.trainingCommands(),
                        topics.trainingReports());
        new SchemaRegistrar(new CachedSchemaRegistryClient(stack.registry().url(), 10))
                .register(EventSchemas.byTopic(topics));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
        TinyBundles.version(1, folder.resolve("bundle"));
        assertThat(run(
                        "models",
                        "promote",
                        MODEL,
                        "--bundle",
                        folder.resolve("bundle").toString()))
                .isZero();
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void shouldMakeAVersionFromARangeAndTheSameAgain() throws Exception {
        label();
        assertThat(replay("tuned", "--promote")).isZero();
        assertThat(out.toString())
                .contains("%d new and 0 old images".formatted(LABELS), "serves version tuned after 1");
        String digest = digest();

        assertThat(rebuild("tuned", "again")).isZero();
        assertThat(out.toString()).contains("Equal: " + digest);
        assertThat(run("models", "list", MODEL)).isZero();
        assertThat(out.toString()).contains("tuned", digest.substring(0, 12));

        assertThat(replay("new", "--from-scratch")).isZero();
        assertThat(run("models", "diff", MODEL, "tuned", "new")).isZero();
        assertThat(out.toString()).contains("run.parentVersion: 1 -> -");

        forget(10);
        assertThat(rebuild("tuned", "late")).isEqualTo(3);
        assertThat(out.toString()).contains("Not equal", "10 offsets of its ranges are gone from the log");
    }

    @Test
    void shouldFailPlainly() {
        assertThat(rebuild("1", "work")).as("was not made from the log").isEqualTo(1);
        assertThat(replay("empty")).as("there are no labels").isEqualTo(1);
        assertThat(replay("other", "--to", "0:0"))
                .as("another request is not done")
                .isEqualTo(1);
        assertThat(replay("wrong", "--fine-tune", "colour=red")).isEqualTo(1);
        assertThat(run("train", "now", "none")).isEqualTo(1);
        assertThat(run("train", "now")).isEqualTo(2);
    }

    @Test
    void shouldAskForARunAndFollowIt() throws Exception {
        CompletableFuture<Integer> command =
                CompletableFuture.supplyAsync(() -> run("train", "now", MODEL, "--wait", "--requested-by", "someone"));
        await().atMost(Duration.ofMinutes(1)).until(() -> end(topics.trainingCommands()) == 1);

        report("an-earlier-run", "rejected", "was worse");
        report("the-run", "started", null);
        report("the-run", "epoch", null);
        report("the-run", "promoted", "is better");

        assertThat(command.get(1, TimeUnit.MINUTES)).isZero();
        assertThat(out.toString()).contains("promoted: is better").doesNotContain("was worse");
    }

    private int replay(String version, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "replay",
                "labels",
                "--model",
                MODEL,
                "--from",
                "earliest",
                "--bundle-version",
                version,
                "--fine-tune",
                "epochs=2",
                "--fine-tune",
                "batch-size=16",
                "--work",
                folder.resolve("work").toString()));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    private int rebuild(String version, String work) {
        return run(
                "models",
                "rebuild",
                MODEL,
                version,
                "--work",
                folder.resolve(work).toString());
    }

    private String digest() {
        Matcher line = Pattern.compile("digest ([0-9a-f]{64})").matcher(out.toString());
        assertThat(line.find()).isTrue();
        return line.group(1);
    }

    private void label() throws IOException {
        for (int number = 0; number < LABELS; number++) {
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            image.setRGB(number % 32, number / 32, 0xffffff);
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(image, "png", png);
            send(
                    topics.labeledPairs(),
                    "id" + number,
                    LabeledPair.newBuilder()
                            .setId("id" + number)
                            .setContent(ByteBuffer.wrap(png.toByteArray()))
                            .setCaptions(List.of("word4 word%d word%d".formatted(5 + number % 3, 8 + number % 2)))
                            .build());
        }
        producer.flush();
    }

    private void report(String runId, String phase, @Nullable String verdict) {
        send(
                topics.trainingReports(),
                MODEL,
                TrainingReport.newBuilder()
                        .setModel(MODEL)
                        .setRunId(runId)
                        .setPhase(phase)
                        .setVerdict(verdict == null ? null : new GateVerdict(true, verdict))
                        .setReportedAt(Instant.now())
                        .build());
        producer.flush();
    }

    private void send(String topic, String key, SpecificRecord event) {
        var unused = producer.send(new ProducerRecord<>(topic, key, serializer.serialize(topic, event)));
    }

    private void forget(long offsets) throws Exception {
        TopicPartition partition = new TopicPartition(topics.labeledPairs(), 0);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.broker().bootstrapServers()))) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offsets)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private long end(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, byte[]> consumer =
                Clients.committedReader(stack.broker().bootstrapServers(), List.of(topic))) {
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    private int run(String... words) {
        out.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of(words));
        Map.of(
                        "--bootstrap-servers", stack.broker().bootstrapServers(),
                        "--schema-registry", stack.registry().url(),
                        "--topic-prefix", prefix,
                        "--store", folder.resolve("store").toUri().toString())
                .forEach((option, value) -> arguments.addAll(List.of(option, value)));
        return CaptionstreamCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute(arguments.toArray(String[]::new));
    }
}
