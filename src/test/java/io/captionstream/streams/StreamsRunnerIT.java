package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.RecordSizes;
import io.captionstream.provision.Expectations;
import io.captionstream.provision.InternalTopic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsRunnerIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String topic = "runner-" + UUID.randomUUID();
    private final AtomicInteger failures = new AtomicInteger();
    private StreamsRunner runner;

    @TempDir
    private java.nio.file.Path stateDirectory;

    @AfterEach
    void close() {
        runner.close();
    }

    @Test
    void shouldWaitForItsTopicsAndThenRun() {
        start(value -> {}, List.of(new TopicsExist(adminProperties(), List.of(topic))));

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.waitingFor() != null);
        assertThat(runner.waitingFor()).contains(topic);
        assertThat(runner.state()).isEqualTo(StreamsState.WAITING);

        stack.broker().createTopics(1, topic);

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.state() == StreamsState.RUNNING);
        assertThat(runner.waitingFor()).isNull();
        runner.close();
        assertThat(runner.state()).isEqualTo(StreamsState.CLOSED);
        assertThat(failures).hasValue(0);
    }

    @Test
    void shouldReplaceAThreadThatDiesOfSomethingPassing() throws Exception {
        stack.broker().createTopics(1, topic);
        AtomicInteger attempts = new AtomicInteger();
        start(
                value -> {
                    if (attempts.incrementAndGet() < 3) {
                        throw new IllegalStateException("passing");
                    }
                },
                List.of());
        send("a");

        await().dontCatchUncaughtExceptions()
                .atMost(LIMIT)
                .until(() -> attempts.get() >= 3 && runner.state() == StreamsState.RUNNING);
        assertThat(failures).hasValue(0);
    }

    @Test
    void shouldFailOnceOnWhatNoRestartMends() throws Exception {
        stack.broker().createTopics(1, topic);
        start(
                value -> {
                    throw new TopicAuthorizationException("not allowed");
                },
                List.of());
        send("a");

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.state() == StreamsState.FAILED);
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> failures.get() == 1);
    }

    @Test
    void shouldFailOnAPreconditionThatCannotCome() {
        start(value -> {}, List.of(new Precondition() {
            @Override
            public String description() {
                return "a miracle";
            }

            @Override
            public void check() throws UnmetPreconditionException {
                throw new UnmetPreconditionException("never", null);
            }
        }));

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.state() == StreamsState.FAILED);
        assertThat(failures).hasValue(1);
    }

    @Test
    void shouldNoticeAThreadThatDoesNotComeRound() throws Exception {
        Duration limit = Duration.ofSeconds(2);
        CountDownLatch stuck = new CountDownLatch(1);
        stack.broker().createTopics(2, topic);
        start(value -> Uninterruptibles.awaitUninterruptibly(stuck), List.of());
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.assignedPartitions() == 2);
        assertThat(runner.stuckThread(limit)).isEmpty();
        await().dontCatchUncaughtExceptions()
                .during(limit.plusSeconds(1))
                .atMost(LIMIT)
                .until(() -> runner.stuckThread(limit).isEmpty());

        send("a");

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.stuckThread(limit)
                .isPresent());
        assertThat(runner.stuckThread(limit).orElseThrow()).contains("StreamThread-1");
        stuck.countDown();
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.stuckThread(limit)
                .isEmpty());
    }

    @Test
    void shouldSayWhatItsThreadsDieOfUntilTheyHaveLivedForAWhile() throws Exception {
        stack.broker().createTopics(1, topic);
        AtomicBoolean poisoned = new AtomicBoolean(true);
        AtomicReference<Optional<String>> stalled = new AtomicReference<>(Optional.empty());
        AtomicLong minutes = new AtomicLong();
        AtomicInteger processed = new AtomicInteger();
        runner = new StreamsRunner(
                "test",
                () -> topology(value -> {
                    if (poisoned.get()) {
                        throw new IllegalStateException("poisoned");
                    }
                    processed.incrementAndGet();
                }),
                properties(),
                List.of(),
                LIMIT,
                streams -> {},
                failures::incrementAndGet,
                new StreamsConfig(properties()).getKafkaClientSupplier(),
                stalled::get,
                new Ticker() {
                    @Override
                    public long read() {
                        return TimeUnit.MINUTES.toNanos(minutes.get());
                    }
                });
        runner.start();
        send("a");

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.problem()
                .isPresent());
        assertThat(runner.problem().orElseThrow())
                .startsWith("stream threads die in a row, last of IllegalStateException: poisoned")
                .endsWith("at " + topic + "-0, offset 0");
        assertThat(runner.state().isReady()).isTrue();

        poisoned.set(false);
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> processed.get() == 1);
        assertThat(runner.problem()).isPresent();
        minutes.incrementAndGet();
        assertThat(runner.problem()).isEmpty();

        stalled.set(Optional.of("partition 0 does not go on"));
        assertThat(runner.problem()).contains("partition 0 does not go on");
        assertThat(failures).hasValue(0);
    }

    @Test
    void shouldHaveNoProblemWithoutPartitions() {
        stack.broker().createTopics(1, topic);
        start(value -> {}, List.of());
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> runner.assignedPartitions() == 1);
        try (StreamsRunner second = new StreamsRunner(
                "second",
                () -> topology(value -> {}),
                properties("second"),
                List.of(),
                LIMIT,
                streams -> {},
                failures::incrementAndGet)) {
            second.start();

            await().dontCatchUncaughtExceptions()
                    .atMost(LIMIT)
                    .until(() -> second.state() == StreamsState.RUNNING
                            && runner.state() == StreamsState.RUNNING
                            && second.assignedPartitions() + runner.assignedPartitions() == 1);
            assertThat(second.problem()).isEmpty();
            assertThat(runner.problem()).isEmpty();
        }
    }

    @Test
    void shouldFailWithTheRemedyWhenPartitionsAreAddedBesideAStore() throws Exception {
        stack.broker().createTopics(1, topic);
        String changelog = topic + "-counts-changelog";
        List<Precondition> preconditions = List.of(new TopicSettings(
                adminProperties(),
                new Expectations(
                        List.of(),
                        List.of(new InternalTopic(changelog, Set.of(topic), OptionalInt.empty())),
                        RecordSizes.defaults(),
                        false)));
        Queue<Long> counts = new ConcurrentLinkedQueue<>();
        startCounting(counts, preconditions);
        send("a");
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> counts.contains(1L));

        partitions(topic, 2);

        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> failures.get() == 1);
        assertThat(runner.state()).isEqualTo(StreamsState.FAILED);
        String remedy = changelog + " has 1 partitions and must have 2, as its sources have. "
                + "Stop all trainers, then kafka-topics.sh --alter --topic " + changelog + " --partitions 2";
        assertThat(runner.problem()).contains(remedy);
        runner.close();

        startCounting(counts, preconditions);
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> failures.get() == 2);
        assertThat(runner.problem()).contains(remedy);
        runner.close();

        partitions(changelog, 2);
        startCounting(counts, preconditions);
        send("a");
        await().dontCatchUncaughtExceptions().atMost(LIMIT).until(() -> counts.contains(2L));
        assertThat(runner.problem()).isEmpty();
        assertThat(failures).hasValue(2);
    }

    private void startCounting(Queue<Long> counts, List<Precondition> preconditions) {
        Properties properties = properties();
        properties.put("metadata.max.age.ms", "500");
        properties.put("commit.interval.ms", "100");
        runner = new StreamsRunner(
                "test",
                () -> counting(counts),
                properties,
                preconditions,
                LIMIT,
                streams -> {},
                failures::incrementAndGet);
        runner.start();
    }

    private Topology counting(Queue<Long> counts) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String()))
                .groupByKey()
                .count(Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("counts"))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.Long())
                        .withCachingDisabled())
                .toStream()
                .foreach((key, count) -> counts.add(count));
        return builder.build();
    }

    private void partitions(String name, int count) throws Exception {
        try (Admin admin = stack.broker().admin()) {
            admin.createPartitions(Map.of(name, NewPartitions.increaseTo(count)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private void start(java.util.function.Consumer<String> action, List<Precondition> preconditions) {
        runner = new StreamsRunner(
                "test",
                () -> topology(action),
                properties(),
                preconditions,
                LIMIT,
                streams -> {},
                failures::incrementAndGet);
        runner.start();
    }

    private Properties properties() {
        return properties("state");
    }

    private Properties properties(String state) {
        Properties properties = new Properties();
        properties.put("application.id", topic);
        properties.put("bootstrap.servers", stack.broker().bootstrapServers());
        properties.put("state.dir", stateDirectory.resolve(state).toString());
        properties.put("auto.offset.reset", "earliest");
        // A dead thread's partition is free again once its session has timed out.
        properties.put("session.timeout.ms", "6000");
        return properties;
    }

    private Topology topology(java.util.function.Consumer<String> action) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String()))
                .foreach((key, value) -> action.accept(value));
        return builder.build();
    }

    private Map<String, Object> adminProperties() {
        return Map.of("bootstrap.servers", stack.broker().bootstrapServers());
    }

    private void send(String value) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(adminProperties(), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, "key", value)).get();
        }
    }
}
