package io.captionstream.learning;

import static io.captionstream.learning.FakeWork.MODEL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.labels.LabelOutcome;
import io.captionstream.labels.LabelRules;
import io.captionstream.labels.Pairs;
import io.captionstream.provision.InternalTopic;
import io.captionstream.release.RetryDelay;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningTopologyTest {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final String OTHER = "inceptionv3-glove";
    private static final String URI = "https://example.org/1.jpg";

    @TempDir
    private Path folder;

    private final Topics topics = Topics.defaults();
    private final PlainCodec codec = new PlainCodec();
    private final FakeWork work = new FakeWork();
    private final TestClock clock = new TestClock();
    private final Map<LabelOutcome, Integer> outcomes = new EnumMap<>(LabelOutcome.class);
    private final List<TrainingReport> reports = new ArrayList<>();
    private TrainingJobs jobs;
    private Topology topology;
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> pairs;
    private TestInputTopic<byte[], byte[]> commands;
    private TestInputTopic<byte[], byte[]> releases;
    private TestOutputTopic<byte[], byte[]> released;
    private TestOutputTopic<byte[], byte[]> deadLetters;
    private TestOutputTopic<byte[], byte[]> reported;

    @BeforeEach
    void open() {
        jobs = new TrainingJobs(work, 1);
        LearningConfig config = new LearningConfig(
                topics,
                4,
                Map.of(MODEL, Trigger.every(10), OTHER, Trigger.every(20)),
                FineTuneConfig.defaults(),
                TrialRules.defaults(),
                new RetryDelay(Duration.ofMinutes(1), Duration.ofHours(1)),
                TICK,
                Duration.ofDays(100),
                "here");
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        topology = LearningTopology.build(
                config, codec, new LabelRules(codec::pair, 100), jobs, clock, new LearningListener() {
                    @Override
                    public void label(LabelOutcome outcome) {
                        outcomes.merge(outcome, 1, Integer::sum);
                    }
                });
        driver = new TopologyTestDriver(topology, properties);
        pairs = input(topics.labeledPairs());
        commands = input(topics.trainingCommands());
        releases = input(topics.modelReleases());
        released = output(topics.modelReleases());
        deadLetters = output(topics.labelDeadLetters());
        reported = output(topics.trainingReports());
    }

    @AfterEach
    void close() {
        driver.close();
        jobs.close();
    }

    @Test
    void shouldHaveTheInternalTopicsThatAreLookedAtBeforeItStarts() {
        Map<String, Set<String>> sourcesByTopic = new HashMap<>();
        for (TopologyDescription.Subtopology part : topology.describe().subtopologies()) {
            Set<String> sources = part.nodes().stream()
                    .filter(TopologyDescription.Source.class::isInstance)
                    .flatMap(node -> ((TopologyDescription.Source) node).topicSet().stream())
                    .collect(Collectors.toSet());
            boolean internal = !topics.all().containsAll(sources);
            part.nodes().stream()
                    .filter(TopologyDescription.Processor.class::isInstance)
                    .flatMap(node -> ((TopologyDescription.Processor) node).stores().stream())
                    .forEach(store -> sourcesByTopic.put("app-" + store + "-changelog", internal ? Set.of() : sources));
            if (internal) {
                sources.forEach(source -> sourcesByTopic.put("app-" + source, Set.of()));
            }
        }

        assertThat(InternalTopic.training("app", topics, 4).stream()
                        .collect(Collectors.toMap(InternalTopic::name, InternalTopic::sources)))
                .isEqualTo(sourcesByTopic);
    }

    @Test
    void shouldMakeAReleaseOfEnoughLabels() throws Exception {
        label(0, 10);
        pumpUntil(() -> phases(MODEL).contains("promoted"));

        TestRecord<byte[], byte[]> record = released.readRecord();
        assertThat(new String(record.key(), UTF_8)).isEqualTo(MODEL);
        ModelRelease release = codec.release(record.value());
        assertThat(release.getParentVersion()).isEqualTo("1");
        assertThat(phases(OTHER)).isEmpty();

        // It comes back by the topic, and the next one is based on it.
        work.released.put(MODEL, release);
        releases.pipeInput(record.key(), record.value());
        label(10, 20);
        pumpUntil(() -> work.plans.size() == 3);
        assertThat(work.plans).extracting(RunPlan::model).containsExactlyInAnyOrder(MODEL, MODEL, OTHER);
    }

    @Test
    void shouldCountAPairOnceHoweverOftenItComes() {
        byte[] value = Pairs.pair("a", URI, "a dog");
        for (int i = 0; i < 100_000; i++) {
            pairs.pipeInput(Pairs.key("a"), value);
        }
        pump();
        pump();

        assertThat(outcomes).containsOnly(Map.entry(LabelOutcome.LEARNED, 1), Map.entry(LabelOutcome.REPEATED, 99_999));
        assertThat(driver.getKeyValueStore(LearningTopology.PAIRS).approximateNumEntries())
                .isLessThanOrEqualTo(1);
        assertThat(work.plans).isEmpty();
        // The owners of the models heard of it once or twice, not a hundred thousand times.
        ModelState state =
                (ModelState) driver.getKeyValueStore(LearningTopology.MODELS).get(MODEL);
        assertThat(state.labels()).containsOnly(Map.entry(0, new LabelProgress(100_000, 1)));
    }

    @Test
    void shouldTakeAPairForNewAfterItWasWithdrawn() {
        pairs.pipeInput(Pairs.key("a"), Pairs.pair("a", URI, "a dog"));
        pairs.pipeInput(Pairs.key("a"), (byte[]) null);
        pairs.pipeInput(Pairs.key("a"), Pairs.pair("a", URI, "a dog"));
        pairs.pipeInput(Pairs.key("a"), Pairs.pair("a", URI, "a cat"));

        assertThat(outcomes).containsOnly(Map.entry(LabelOutcome.LEARNED, 3), Map.entry(LabelOutcome.WITHDRAWN, 1));
    }

    @Test
    void shouldRefuseWhatCannotBeLearnedByteForByte() {
        byte[] value = Pairs.pair("a", URI, "...");
        TestRecord<byte[], byte[]> record = new TestRecord<>(Pairs.key("a"), value, Instant.ofEpochMilli(77));
        record.headers().add("mine", new byte[] {1}).add(DeadLetterHeaders.CODE, new byte[] {2});
        pairs.pipeInput(record);
        pairs.pipeInput(Pairs.key("a"), new byte[] {9, 9});
        pairs.pipeInput((byte[]) null, Pairs.pair("a", URI, "a dog"));

        TestRecord<byte[], byte[]> letter = deadLetters.readRecord();
        assertThat(letter.key()).isEqualTo(record.key());
        assertThat(letter.value()).isEqualTo(value);
        assertThat(letter.timestamp()).isEqualTo(77);
        assertThat(headers(letter))
                .containsEntry("mine", "\u0001")
                .containsEntry(DeadLetterHeaders.CODE, "NO_CAPTION")
                .containsEntry(DeadLetterHeaders.TOPIC, "labeled-pairs")
                .containsEntry(DeadLetterHeaders.OFFSET, "0");
        assertThat(headers(deadLetters.readRecord())).containsEntry(DeadLetterHeaders.CODE, "UNDECODABLE_PAIR");
        assertThat(headers(deadLetters.readRecord())).containsEntry(DeadLetterHeaders.CODE, "INVALID_PAIR");
        assertThat(deadLetters.isEmpty()).isTrue();
    }

    @Test
    void shouldObeyCommands() {
        label(0, 3);
        commands.pipeInput(MODEL.getBytes(UTF_8), command(MODEL, "train"));
        pumpUntil(() -> phases(MODEL).contains("promoted"));

        assertThat(work.plans).singleElement().satisfies(plan -> {
            assertThat(plan.trigger()).isEqualTo("command");
            assertThat(plan.ranges()).hasSize(1);
        });
    }

    @Test
    void shouldReportCommandsThatItCannotObey() {
        commands.pipeInput(MODEL.getBytes(UTF_8), new byte[] {3});
        commands.pipeInput("unknown".getBytes(UTF_8), command("unknown", "train"));
        pump();

        assertThat(reports("unknown")).singleElement().satisfies(report -> assertThat(report.getError())
                .contains(MODEL));
        assertThat(reports(MODEL)).singleElement().satisfies(report -> assertThat(report.getError())
                .contains("Not a command"));
        // It says where, after the way through the topic by model.
        assertThat(Signal.command(1, 17, new byte[0]).position()).isEqualTo("1@17");
    }

    @Test
    void shouldIgnoreReleasesThatItCannotRead() {
        releases.pipeInput(MODEL.getBytes(UTF_8), new byte[] {3});
        releases.pipeInput(MODEL.getBytes(UTF_8), (byte[]) null);
        releases.pipeInput("unknown".getBytes(UTF_8), codec.encode(FakeWork.release("unknown", "1", FakeWork.INITIAL)));
        label(0, 10);

        pumpUntil(() -> phases(MODEL).contains("promoted"));
    }

    private void label(int from, int to) {
        for (int i = from; i < to; i++) {
            pairs.pipeInput(Pairs.key("id" + i), Pairs.pair("id" + i, URI, "a dog"));
        }
    }

    private byte[] command(String model, String action) {
        return codec.encode(TrainingCommand.newBuilder()
                .setModel(model)
                .setAction(action)
                .setRequestedAt(Instant.EPOCH)
                .build());
    }

    private static Map<String, String> headers(TestRecord<byte[], byte[]> record) {
        return java.util.Arrays.stream(record.headers().toArray())
                .collect(Collectors.toMap(Header::key, header -> new String(header.value(), UTF_8)));
    }

    private List<String> phases(String model) {
        return reports(model).stream().map(TrainingReport::getPhase).toList();
    }

    private List<TrainingReport> reports(String model) {
        reported.readValuesToList().forEach(value -> {
            try {
                reports.add(codec.report(value));
            } catch (UndecodableEventException e) {
                throw new AssertionError(e);
            }
        });
        return reports.stream()
                .filter(report -> report.getModel().equals(model))
                .toList();
    }

    private void pump() {
        clock.advance(TICK);
        driver.advanceWallClockTime(TICK);
    }

    private void pumpUntil(BooleanSupplier condition) {
        await().pollInterval(Duration.ofMillis(5)).until(() -> {
            pump();
            return condition.getAsBoolean();
        });
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<byte[], byte[]> output(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
