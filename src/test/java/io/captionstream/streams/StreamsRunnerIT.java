package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.embedded.EmbeddedStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
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

    private void start(java.util.function.Consumer<String> action, List<Precondition> preconditions) {
        Properties properties = new Properties();
        properties.put("application.id", topic);
        properties.put("bootstrap.servers", stack.broker().bootstrapServers());
        properties.put("state.dir", stateDirectory.toString());
        properties.put("auto.offset.reset", "earliest");
        // A dead thread's partition is free again once its session has timed out.
        properties.put("session.timeout.ms", "6000");
        runner = new StreamsRunner(
                "test",
                () -> topology(action),
                properties,
                preconditions,
                LIMIT,
                streams -> {},
                failures::incrementAndGet);
        runner.start();
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
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
    }
}
