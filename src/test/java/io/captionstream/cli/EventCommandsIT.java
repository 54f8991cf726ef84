package io.captionstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.Captionstream;
import io.captionstream.connection.Connection;
import io.captionstream.connection.ConnectionSettings;
import io.captionstream.connection.LogReader;
import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ImageInfo;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.Topics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Publishing, watching and retrying, on a real broker and registry. */
class EventCommandsIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path folder;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String prefix = "e" + UUID.randomUUID().toString().substring(0, 8) + "-";
    private final Topics topics = Topics.prefixed(prefix);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Connection connection = new Connection(new ConnectionSettings(
            stack.broker().bootstrapServers(), Map.of(), stack.registry().url(), Map.of()));
    private Producer<byte[], byte[]> producer;

    @BeforeEach
    void createTopics() {
        assertThat(run("topics", "create", "--partitions", "2", "--schemas")).isZero();
        producer = connection.writer();
    }

    @AfterEach
    void close() throws IOException {
        producer.close();
        connection.close();
    }

    @Test
    void shouldCreateTopicsOnce() throws IOException {
        assertThat(out.toString())
                .contains(topics.imageEvents() + " created with 2 partitions")
                .contains(topics.modelReleases() + " created with 1 partition\n");

        assertThat(run("topics", "create", "--partitions", "3", "--json")).isZero();
        JsonNode results = JSON.readTree(out.toString());
        assertThat(results.findValuesAsText("outcome")).hasSize(9).containsOnly("EXISTS");
        assertThat(results.get(0).path("partitions").asInt()).isEqualTo(2);

        String other = prefix + "other-";
        assertThat(run("topics", "create", "--dry-run", "--topic-prefix", other))
                .isZero();
        assertThat(out.toString()).contains(other + "image-events would be created with 4 partitions");
        stack.broker().createTopics(1, other + "model-releases");
        assertThat(run("topics", "create", "--topic-prefix", other)).isEqualTo(1);
        assertThat(out.toString())
                .contains(other + "model-releases is there with 1 partition\n  ")
                .contains("has cleanup.policy=delete and needs compact: kafka-configs.sh");
    }

    @Test
    void shouldPublishFilesAndReferences() throws Exception {
        image("photos/red.png", 0xff0000);
        image("photos/more/blue.png", 0x0000ff);

        assertThat(run(
                        "publish",
                        folder.resolve("photos").toString(),
                        "https://example.org/cat.jpg",
                        "--attribute",
                        "a=b"))
                .isZero();
        assertThat(out.toString()).isEqualTo("3 events were written\n");

        List<ImageEvent> events = images();
        assertThat(events)
                .extracting(ImageEvent::getId)
                .containsExactlyInAnyOrder("red.png", "more/blue.png", "https://example.org/cat.jpg");
        assertThat(events).allSatisfy(event -> assertThat(event.getAttributes()).containsEntry("a", "b"));
        assertThat(events)
                .filteredOn(event -> event.getId().equals("red.png"))
                .singleElement()
                .satisfies(event -> assertThat(event.getContent().remaining())
                        .isEqualTo((int) Files.size(folder.resolve("photos/red.png"))));
    }

    @Test
    void shouldSayWhereEventsWereWritten() throws Exception {
        assertThat(run("publish", "s3://b/1", "s3://b/2", "--json", "--id-prefix", "x-"))
                .isZero();

        List<JsonNode> lines = jsonLines();
        assertThat(lines)
                .extracting(line -> line.path("id").asText())
                .containsExactlyInAnyOrder("x-s3://b/1", "x-s3://b/2");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.path("topic").asText()).isEqualTo(topics.imageEvents());
            TopicPartition partition = new TopicPartition(
                    topics.imageEvents(), line.path("partition").asInt());
            assertThat(record(partition, line.path("offset").asLong()).key())
                    .isEqualTo(line.path("id").asText().getBytes(UTF_8));
        });
    }

    @Test
    void shouldOnlyPrintWhenTried() throws Exception {
        assertThat(run("publish", "--dry-run", "s3://b/1", "--decoding", "beam-width=5", "--model", "m"))
                .isZero();

        JsonNode line = jsonLines().get(0);
        assertThat(line.path("uri").asText()).isEqualTo("s3://b/1");
        assertThat(line.path("decoding").path("beamWidth").asInt()).isEqualTo(5);
        assertThat(line.path("models").get(0).asText()).isEqualTo("m");
        assertThat(images()).isEmpty();
    }

    @Test
    void shouldRefuseToPublishWhatItCannot() {
        assertThat(run("publish")).isEqualTo(2);
        assertThat(run("publish", "s3://b/1", "--rate", "-1")).isEqualTo(2);
        assertThat(run("publish", folder.resolve("missing.jpg").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no such file: ").contains("missing.jpg");
        assertThat(run("publish", "s3://b/1", "--decoding", "beams=5")).isEqualTo(1);
        assertThat(err.toString()).contains("no decoding option beams");
        assertThat(run("publish", "s3://b/1", "--topic-prefix", "none-")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no topic none-image-events");
    }

    @Test
    void shouldSayHowToGoOnWhenStopped() throws Exception {
        Path list = folder.resolve("list.jsonl");
        Files.write(
                list,
                IntStream.range(0, 2000)
                        .mapToObj(i -> "{\"uri\": \"s3://bucket/%d\"}".formatted(i))
                        .toList());
        int written;
        Path log = folder.resolve("publish.log");
        List<String> arguments = arguments("publish", list.toString(), "--rate", "100");
        try (ChildJvm publishing = ChildJvm.start(
                "Publish",
                log,
                System.getProperty("java.class.path"),
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                Captionstream.class.getName(),
                arguments)) {
            publishing.awaitReady(Duration.ofSeconds(60), () -> imageCount() >= 20);
            publishing.terminate(Duration.ofSeconds(30));
            written = imageCount();
        }

        assertThat(written).isBetween(20, 1999);
        assertThat(log).content().contains("Stopped; --skip " + written + " goes on");
        assertThat(run("publish", list.toString(), "--skip", Integer.toString(written)))
                .isZero();
        assertThat(images()).extracting(ImageEvent::getId).hasSize(2000).doesNotHaveDuplicates();
    }

    @Test
    void shouldShowCaptionsAsTheyCome() throws Exception {
        RecordMetadata image = send(
                topics.imageEvents(),
                "red",
                ImageEvent.newBuilder()
                        .setId("red")
                        .setContent(ByteBuffer.wrap(Files.readAllBytes(image("red.png", 0xff0000))))
                        .build());
        caption("red", image, "a red square", 0.9);
        caption("blue", image, "a blue circle", 0.2);

        assertThat(run("tail", "--from", "earliest", "--no-follow", "--alternatives"))
                .isZero();
        assertThat(out.toString())
                .contains("  red  4 x 2 png\n  resnet50-lstm 7  0.90  a red square\n")
                .contains("0.37  another one\n")
                .contains("  blue  4 x 2 png\n");

        assertThat(run("tail", "--from", "earliest", "--no-follow", "--grep", "blue"))
                .isZero();
        assertThat(out.toString()).contains("a blue circle").doesNotContain("red");
        assertThat(run("tail", "--from", "earliest", "--no-follow", "--id", "^re", "--attribute", "k=red"))
                .isZero();
        assertThat(out.toString()).contains("a red square").doesNotContain("blue");
        assertThat(run("tail", "--from", "earliest", "--no-follow", "--below", "0.5", "--json"))
                .isZero();
        assertThat(jsonLines()).singleElement().satisfies(event -> {
            assertThat(event.path("id").asText()).isEqualTo("blue");
            assertThat(event.path("captions").get(0).path("caption").asText()).isEqualTo("a blue circle");
        });
        assertThat(run("tail", "--from", "earliest", "--no-follow", "--model", "other"))
                .isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(run("tail", "--from", "earliest", "--limit", "1", "--grep", "red", "--thumbnails=blocks"))
                .isZero();
        assertThat(out.toString()).contains("\u001b[38;2;255;0;0;48;2;255;0;0m\u2580");
        assertThat(run("tail", "--no-follow")).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(run("tail", "--from", "yesterday")).isEqualTo(1);
        assertThat(err.toString()).contains("'yesterday' is none of: earliest, latest");
    }

    @Test
    void shouldFollowUntilTold() throws Exception {
        Path log = folder.resolve("tail.log");
        try (ChildJvm tail = ChildJvm.start(
                "Tail",
                log,
                System.getProperty("java.class.path"),
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                Captionstream.class.getName(),
                arguments("tail"))) {
            RecordMetadata image = send(
                    topics.imageEvents(),
                    "cat",
                    ImageEvent.newBuilder().setId("cat").setUri("s3://b/cat").build());
            // Until it listens; what came before it does is not for it.
            tail.awaitReady(Duration.ofSeconds(60), () -> {
                try {
                    caption("cat", image, "a cat that came later", 0.9);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                return Files.readString(log).contains("a cat that came later");
            });
            assertThat(tail.terminate(Duration.ofSeconds(30))).isEqualTo(143);
        }
    }

    @Test
    void shouldListShowAndRetryDeadLetters() throws Exception {
        assertThat(run("dlq", "list")).isZero();
        assertThat(out.toString()).isEqualTo("There are no dead letters.\n");
        dead("cat", event("cat"), "TIMEOUT");
        dead("dog", event("dog"), "NOT_FOUND");
        RecordMetadata junk = dead("junk", "no avro".getBytes(UTF_8), "UNDECODABLE_EVENT");

        assertThat(run("dlq", "list")).isZero();
        assertThat(out.toString().lines())
                .hasSize(3)
                .first()
                .asString()
                .contains("UNDECODABLE_EVENT", "junk", "because");
        assertThat(run("dlq", "list", "--code", "timeout", "--json")).isZero();
        JsonNode listed = JSON.readTree(out.toString());
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("key").asText()).isEqualTo("cat");
        String letter = listed.get(0).path("letter").asText();

        assertThat(run("dlq", "show", letter)).isZero();
        assertThat(out.toString())
                .contains("reason: because of TIMEOUT")
                .contains("  captionstream.error.code: TIMEOUT")
                .contains("  uri: s3://b/cat");
        assertThat(run("dlq", "show", junk.partition() + "@" + junk.offset(), "--json"))
                .isZero();
        JsonNode shown = JSON.readTree(out.toString());
        assertThat(shown.path("value").asText()).isEqualTo("no avro");
        assertThat(shown.path("undecodable").asText()).isNotEmpty();

        assertThat(run("dlq", "retry", letter)).isZero();
        assertThat(out.toString()).contains("1 of 1 dead letters were sent again");
        assertThat(images()).extracting(ImageEvent::getId).containsExactly("cat");
    }

    @Test
    void shouldRetryChosenDeadLetters() throws Exception {
        dead("one", event("one"), "TIMEOUT");
        dead("two", event("two"), "TIMEOUT");
        dead("three", event("three"), "NOT_FOUND");

        assertThat(run("dlq", "retry", "--all", "--code", "TIMEOUT", "--dry-run"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.contains("would be sent to"));
        assertThat(images()).isEmpty();
        assertThat(run("dlq", "retry", "--all", "--code", "TIMEOUT", "--json")).isZero();
        assertThat(jsonLines()).extracting(line -> line.path("key").asText()).containsExactly("one", "two");
        assertThat(images()).extracting(ImageEvent::getId).containsExactlyInAnyOrder("one", "two");

        producer.send(new ProducerRecord<>(topics.deadLetters(), "bare".getBytes(UTF_8), new byte[0]))
                .get(30, TimeUnit.SECONDS);
        assertThat(run("dlq", "retry", "--all", "--key", "bare")).isEqualTo(1);
        assertThat(out.toString()).contains("not sent: ").contains("0 of 1 dead letters were sent again");
    }

    @Test
    void shouldRefuseToRetryWhatIsNotClear() {
        assertThat(run("dlq", "retry")).isEqualTo(2);
        assertThat(run("dlq", "retry", "0@1", "--all")).isEqualTo(2);
        assertThat(run("dlq", "retry", "0@1", "--code", "TIMEOUT")).isEqualTo(2);
        assertThat(run("dlq", "retry", "0@1")).isEqualTo(1);
        assertThat(err.toString()).contains("There is no dead letter 0@1");
        assertThat(run("dlq", "show", "cat")).isEqualTo(1);
        assertThat(err.toString()).contains("'cat' is no dead letter: they are named as 'dlq list' prints them");
        assertThat(run("dlq", "show", "model-releases-0@1")).isEqualTo(1);
    }

    private Path image(String name, int color) throws IOException {
        BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 8; pixel++) {
            image.setRGB(pixel % 4, pixel / 4, color);
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private byte[] event(String id) {
        return connection
                .codec()
                .encode(
                        topics.imageEvents(),
                        ImageEvent.newBuilder().setId(id).setUri("s3://b/" + id).build());
    }

    private RecordMetadata dead(String key, byte[] value, String code) throws Exception {
        return producer.send(new ProducerRecord<>(
                        topics.deadLetters(),
                        null,
                        key.getBytes(UTF_8),
                        value,
                        DeadLetterHeaders.of(new RecordHeaders())
                                .failure(code, "because of " + code, "X")
                                .with(DeadLetterHeaders.STAGE, "FETCH")
                                .origin(topics.imageEvents(), 0, 0)
                                .headers()))
                .get(30, TimeUnit.SECONDS);
    }

    private void caption(String id, RecordMetadata image, String text, double confidence) throws Exception {
        ModelCaption caption = ModelCaption.newBuilder()
                .setModel("resnet50-lstm")
                .setVersion("7")
                .setWeightsDigest("0".repeat(64))
                .setCaption(text)
                .setAlternatives(List.of(
                        new CaptionAlternative(text, -0.1, -0.1, true, List.of()),
                        new CaptionAlternative("another one", -1.0, -1.0, true, List.of())))
                .setBeamWidth(2)
                .setMaxLength(20)
                .setLengthPenalty(0.7)
                .setConfidence(confidence)
                .setPrecision("fp32")
                .setBatchSize(1)
                .setQueueMicros(0)
                .setInferenceMicros(0)
                .build();
        send(
                topics.captionEvents(),
                id,
                CaptionEvent.newBuilder()
                        .setId(id)
                        .setCaptions(List.of(caption))
                        .setImage(new ImageInfo(4, 2, "png", 100L, "0".repeat(64)))
                        .setOrigin(new EventOrigin(
                                image.topic(),
                                image.partition(),
                                image.offset(),
                                Instant.ofEpochMilli(image.timestamp())))
                        .setFetchMicros(0)
                        .setDecodeMicros(0)
                        .setAttributes(Map.of("k", id))
                        .setCaptionedAt(Instant.now())
                        .build());
    }

    private RecordMetadata send(String topic, String key, SpecificRecord event) throws Exception {
        return producer.send(new ProducerRecord<>(
                        topic, key.getBytes(UTF_8), connection.codec().encode(topic, event)))
                .get(30, TimeUnit.SECONDS);
    }

    private List<ImageEvent> images() throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (LogReader reader = new LogReader(connection.reader())) {
            List<TopicPartition> partitions = reader.partitions(topics.imageEvents());
            reader.ends(partitions).forEach((partition, end) -> reader.read(partition, 0, end, records::add));
        }
        List<ImageEvent> events = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            events.add(connection.codec().decodeImageEvent(record.topic(), record.value()));
        }
        return Collections.unmodifiableList(events);
    }

    private int imageCount() {
        try (LogReader reader = new LogReader(connection.reader())) {
            return Math.toIntExact(reader.ends(reader.partitions(topics.imageEvents())).values().stream()
                    .mapToLong(end -> end)
                    .sum());
        }
    }

    private ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset) {
        try (LogReader reader = new LogReader(connection.reader())) {
            return reader.record(partition, offset).orElseThrow();
        }
    }

    private List<JsonNode> jsonLines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private List<String> arguments(String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        Map.of(
                        "--bootstrap-servers", stack.broker().bootstrapServers(),
                        "--schema-registry", stack.registry().url(),
                        "--topic-prefix", prefix)
                .forEach((option, value) -> {
                    if (!arguments.contains(option)) {
                        arguments.addAll(List.of(option, value));
                    }
                });
        return arguments;
    }

    private int run(String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = CaptionstreamCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return command.execute(arguments(words).toArray(String[]::new));
    }
}
