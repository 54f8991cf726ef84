package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.captionstream.caption.RecordLimits.Obstacle;
import io.captionstream.caption.RecordLimits.Verdict;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.RecordSizes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said to fit a real broker accepts, and little else is said not to. */
class LiveRecordLimitsIT {
    private static final int PRODUCER_BYTES = 2 << 20;
    private static final int AROUND = 200;
    private static final int STEP = 25;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String topic = "limits-" + UUID.randomUUID();
    private final Random random = new Random(17);
    private final byte[] key = bytes(20);

    @ParameterizedTest
    @CsvSource({
        "none, producer, 1000", "none, producer, 1048588", "gzip, producer, 50000", "gzip, producer, 1048588",
        "snappy, producer, 50000", "snappy, producer, 1048588", "lz4, producer, 50000", "lz4, producer, 1048588",
        "zstd, producer, 50000", "zstd, producer, 1048588", "lz4, gzip, 1048588", "lz4, snappy, 1048588",
        "lz4, zstd, 1048588", "none, lz4, 1048588", "zstd, uncompressed, 1048588"
    })
    void shouldOnlyLetPassWhatTheBrokerAccepts(String codec, String topicCodec, int limit) throws Exception {
        create(Map.of("max.message.bytes", Integer.toString(limit), "compression.type", topicCodec));
        Map<String, Object> settings = Map.of("compression.type", codec, "max.request.size", PRODUCER_BYTES);
        int accepted = 0;
        int refused = 0;
        try (LiveRecordLimits limits = limits();
                Producer<byte[], byte[]> producer = producer(settings)) {
            limits.refresh();
            int overhead = Math.toIntExact(RecordSize.uncompressed(key, new byte[0], headers()));
            int largest = largestThatFits(limits, limit);
            assertThat(largest + overhead).isGreaterThanOrEqualTo((int) (limit * 0.995) - 512);
            for (int middle : new int[] {largest, limit - overhead}) {
                for (int size = middle - AROUND; size <= middle + AROUND; size += STEP) {
                    byte[] value = bytes(size);
                    if (limits.check(topic, key, value, headers()).fits()) {
                        send(producer, value).get(30, TimeUnit.SECONDS);
                        accepted++;
                    } else {
                        refused++;
                    }
                }
            }
            Future<RecordMetadata> tooLarge = send(producer, bytes(limit + AROUND));
            assertThatThrownBy(() -> tooLarge.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
        assertThat(accepted).isPositive();
        assertThat(refused).isPositive();
    }

    private int largestThatFits(RecordLimits limits, int limit) {
        int fits = 0;
        int not = limit + AROUND;
        while (not - fits > 1) {
            int size = (fits + not) / 2;
            if (limits.check(topic, key, new byte[size], headers()).fits()) {
                fits = size;
            } else {
                not = size;
            }
        }
        return fits;
    }

    @Test
    void shouldHoldTheProducersLimitsAgainstRecordsOfTopicsThatTakeMore() throws Exception {
        create(Map.of("max.message.bytes", Integer.toString(2 * PRODUCER_BYTES)));
        RecordSizes sizes = new RecordSizes(PRODUCER_BYTES - RecordSizes.OVERHEAD_BYTES);
        try (LiveRecordLimits limits = limits();
                Producer<byte[], byte[]> producer = producer(new StreamsConfig(streams()).getProducerConfigs("x"))) {
            limits.refresh();
            byte[] largestRead = bytes(sizes.maxReadBytes());
            assertThat(limits.check(topic, key, largestRead, headers()).fits()).isTrue();
            send(producer, largestRead).get(30, TimeUnit.SECONDS);

            byte[] tooLarge = bytes(PRODUCER_BYTES);
            Verdict verdict = limits.check(topic, key, tooLarge, headers());
            assertThat(verdict.obstacle()).isEqualTo(Obstacle.TOO_LARGE);
            assertThat(verdict.limit()).isEqualTo(PRODUCER_BYTES);
            assertThat(verdict.size()).isGreaterThan(PRODUCER_BYTES);
        }
    }

    @Test
    void shouldAskForAKeyWhereTopicsAreCompacted() throws Exception {
        create(Map.of("cleanup.policy", "compact,delete"));
        try (LiveRecordLimits limits = limits()) {
            limits.refresh();

            assertThat(limits.check(topic, null, new byte[1], headers()).obstacle())
                    .isEqualTo(Obstacle.REQUIRES_KEY);
            assertThat(limits.check(topic, key, new byte[1], headers()).fits()).isTrue();
        }
    }

    @Test
    void shouldFollowWhatIsChanged() throws Exception {
        create(Map.of());
        byte[] value = bytes(100_000);
        try (LiveRecordLimits limits = limits()) {
            limits.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> !limits.check(topic, key, bytes(1_100_000), headers())
                    .fits());
            assertThat(limits.check(topic, key, value, headers()).fits()).isTrue();

            alter(Map.of("max.message.bytes", "50000"));

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !limits.check(topic, key, value, headers()).fits());
        }
    }

    @Test
    void shouldAssumeTheProducersLimitsUntilBrokersAnswer() {
        Properties away = streams();
        away.put("bootstrap.servers", "127.0.0.1:1");
        try (LiveRecordLimits limits = new LiveRecordLimits(
                () -> Admin.create(Map.of(
                        "bootstrap.servers", "127.0.0.1:1", "default.api.timeout.ms", 500, "request.timeout.ms", 400)),
                away,
                List.of(topic),
                Duration.ofSeconds(1))) {
            assertThatThrownBy(limits::refresh).isInstanceOf(ExecutionException.class);

            assertThat(limits.check(topic, null, bytes(1_500_000), headers()).fits())
                    .isTrue();
            assertThat(limits.check(topic, null, bytes(PRODUCER_BYTES), headers())
                            .fits())
                    .isFalse();
        }
    }

    private LiveRecordLimits limits() {
        return new LiveRecordLimits(() -> stack.broker().admin(), streams(), List.of(topic), Duration.ofMillis(100));
    }

    private Properties streams() {
        Properties properties =
                CaptionStreams.properties(topic, Path.of("state"), PRODUCER_BYTES - RecordSizes.OVERHEAD_BYTES);
        properties.put("bootstrap.servers", stack.broker().bootstrapServers());
        return properties;
    }

    private Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", stack.broker().bootstrapServers());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Future<RecordMetadata> send(Producer<byte[], byte[]> producer, byte[] value) {
        return producer.send(new ProducerRecord<>(topic, null, key, value, headers()));
    }

    private static Headers headers() {
        return new RecordHeaders()
                .add("ce_id", "cat.png".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .add("nothing", null);
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private void create(Map<String, String> configs) throws Exception {
        try (Admin admin = stack.broker().admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(withDefaults(configs))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static Map<String, String> withDefaults(Map<String, String> configs) {
        Map<String, String> all = new HashMap<>(Map.of("max.message.bytes", "1048588"));
        all.putAll(configs);
        return all;
    }

    private void alter(Map<String, String> configs) throws Exception {
        try (Admin admin = stack.broker().admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            configs.entrySet().stream()
                                    .map(entry -> new AlterConfigOp(
                                            new ConfigEntry(entry.getKey(), entry.getValue()),
                                            AlterConfigOp.OpType.SET))
                                    .toList()))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
