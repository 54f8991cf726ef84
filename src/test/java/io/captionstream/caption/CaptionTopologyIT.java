package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableMap;
import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.image.ImageGeometry;
import io.captionstream.image.ImageReference;
import io.captionstream.image.LoadListener;
import io.captionstream.image.LoadedImage;
import io.captionstream.inference.Batcher;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.inference.BatcherListener;
import io.captionstream.inference.FakeCaptioner;
import io.captionstream.model.LiveModel;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exactly one outcome per event, in order per key, whatever comes and goes: with the real broker and registry. */
class CaptionTopologyIT {
    private static final int EVENTS = 2000;
    private static final int KEYS = 40;
    private static final int PARTITIONS = 4;
    private static final int REBALANCES = 6;
    private static final Topics TOPICS = Topics.prefixed("topology-");

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final SchemaRegistryClient registry =
            new CachedSchemaRegistryClient(stack.registry().url(), 100);

    private final AtomicInteger restored = new AtomicInteger();

    @TempDir
    private Path directory;

    @Test
    void shouldGiveEveryEventOneOutcomeInOrderWhileInstancesComeAndGo() throws Exception {
        stack.broker().createAllTopics(PARTITIONS, TOPICS);
        new SchemaRegistrar(registry).register(EventSchemas.byTopic(TOPICS));
        ExecutorService producing = Executors.newSingleThreadExecutor();
        Instance first = new Instance("first");
        Instance second = new Instance("second");
        try {
            producing.execute(this::produce);
            for (int i = 1; i <= REBALANCES; i++) {
                int enough = EVENTS * i / (REBALANCES + 2);
                await().atMost(Duration.ofMinutes(3)).until(() -> outcomes() >= enough);
                // In turns, so that at most one of the two is away.
                if (i % 2 == 1) {
                    second.close();
                    second = new Instance("second");
                } else {
                    first.close();
                    first = new Instance("first");
                }
            }
            await().atMost(Duration.ofMinutes(3)).until(() -> outcomes() >= EVENTS);
        } finally {
            first.close();
            second.close();
            producing.shutdownNow();
        }

        verifyOutcomes();
        assertThat(restored.get()).as("images found in flight by a new owner").isPositive();
    }

    private void produce() {
        KafkaAvroSerializer serializer = new KafkaAvroSerializer(
                registry,
                Map.of(
                        "schema.registry.url", "mock://unused",
                        "auto.register.schemas", false,
                        "avro.remove.java.properties", true));
        Random random = new Random(1);
        Map<String, Object> config = Map.of("bootstrap.servers", stack.broker().bootstrapServers());
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, bytes, bytes)) {
            for (int image = 1; image <= EVENTS; image++) {
                byte[] key = ("key-" + random.nextInt(KEYS)).getBytes(UTF_8);
                byte[] value =
                        switch (random.nextInt(25)) {
                            case 0 -> new byte[] {1, 2, 3};
                            case 1 ->
                                serializer.serialize(
                                        TOPICS.imageEvents(),
                                        TopologyHarness.event(image)
                                                .setUri("broken:NOT_FOUND")
                                                .build());
                            default ->
                                serializer.serialize(
                                        TOPICS.imageEvents(),
                                        TopologyHarness.event(image).build());
                        };
                var unused = producer.send(new ProducerRecord<>(TOPICS.imageEvents(), key, value));
                // Spread out, so that every rebalance finds images in flight.
                Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(10));
            }
        }
    }

    private long outcomes() {
        return (long) read(TOPICS.captionEvents()).size()
                + read(TOPICS.deadLetters()).size();
    }

    private void verifyOutcomes() {
        List<ConsumerRecord<byte[], byte[]>> events = read(TOPICS.imageEvents());
        assertThat(events).hasSize(EVENTS);
        Map<String, Integer> outcomes = new HashMap<>();
        Map<String, Long> lastOfKey = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> outcome : read(TOPICS.captionEvents())) {
            EventOrigin origin = decode(outcome.value()).getOrigin();
            outcomes.merge(origin.getPartition() + "@" + origin.getOffset(), 1, Integer::sum);
            assertInOrder(lastOfKey, outcome, origin.getOffset());
        }
        lastOfKey.clear();
        for (ConsumerRecord<byte[], byte[]> outcome : read(TOPICS.deadLetters())) {
            String partition = header(outcome, "__streams.errors.partition");
            String offset = header(outcome, "__streams.errors.offset");
            outcomes.merge(partition + "@" + offset, 1, Integer::sum);
            assertInOrder(lastOfKey, outcome, Long.parseLong(offset));
        }
        assertThat(outcomes).hasSize(EVENTS);
        assertThat(outcomes.values()).containsOnly(1);
        for (ConsumerRecord<byte[], byte[]> event : events) {
            assertThat(outcomes).containsKey(event.partition() + "@" + event.offset());
        }
    }

    private static void assertInOrder(
            Map<String, Long> lastOfKey, ConsumerRecord<byte[], byte[]> outcome, long offset) {
        Long before = lastOfKey.put(new String(outcome.key(), UTF_8), offset);
        assertThat(before == null || before < offset)
                .as("offset %s after %s", offset, before)
                .isTrue();
    }

    private CaptionEvent decode(byte[] value) {
        try (KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer(
                registry, Map.of("schema.registry.url", "mock://unused", "specific.avro.reader", true))) {
            return (CaptionEvent)
                    deserializer.deserialize(TOPICS.captionEvents(), value, CaptionEvent.getClassSchema());
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> outcome, String name) {
        return new String(outcome.headers().lastHeader(name).value(), UTF_8);
    }

    /** All committed records of a topic. */
    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                stack.broker().bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed");
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config, bytes, bytes)) {
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

    /** One process' worth of streams, with a model that is slow by chance and fails on some images. */
    private final class Instance implements AutoCloseable {
        private final ExecutorService executor = Executors.newFixedThreadPool(2);
        private final LiveModel model = new LiveModel(new FakeCaptioner("fake", "1")
                .failingIf(call -> call.ids().stream().anyMatch(id -> id % 97 == 5)));
        private final Batcher batcher = new Batcher(
                model,
                new BatcherConfig(16, Duration.ofMillis(5), List.of(1, 2, 4, 8, 16)),
                Ticker.systemTicker(),
                BatcherListener.NONE);
        private final FakeImages images = new FakeImages();
        private final KafkaStreams streams;
        private boolean closed;

        private Instance(String name) {
            CaptionConfig defaults = CaptionConfig.defaults();
            CaptionConfig config = new CaptionConfig(
                    TOPICS,
                    Ordering.KEY,
                    new InFlightLimits(64, 1 << 20, 4 << 20),
                    defaults.punctuationInterval(),
                    defaults.retry(),
                    defaults.decoding(),
                    1 << 20);
            CaptionClients clients = new CaptionClients();
            streams = new KafkaStreams(
                    CaptionTopology.build(
                            config,
                            new ConfluentEventCodec(registry, Map.of()),
                            this::slow,
                            ImmutableMap.of("fake", batcher),
                            CaptionTrials.NONE,
                            executor,
                            Clock.systemUTC(),
                            clients,
                            RecordLimits.NONE,
                            new CaptionListener() {
                                @Override
                                public void restored(String taskId, int found) {
                                    restored.addAndGet(found);
                                }
                            }),
                    properties(name),
                    clients);
            streams.start();
        }

        private CompletableFuture<LoadedImage> slow(
                ImageReference reference, Set<ImageGeometry> geometries, LoadListener listener) {
            int millis = ThreadLocalRandom.current().nextInt(400);
            return CompletableFuture.supplyAsync(
                            () -> reference, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS))
                    .thenCompose(late -> images.load(late, geometries, listener));
        }

        private Properties properties(String name) {
            Properties properties = new Properties();
            properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "topology-it");
            properties.put(
                    StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, stack.broker().bootstrapServers());
            properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
            properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
            properties.put(StreamsConfig.POLL_MS_CONFIG, 5);
            properties.put(
                    StreamsConfig.STATE_DIR_CONFIG, directory.resolve(name).toString());
            properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000);
            properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1000);
            return properties;
        }

        /** Closes the streams in the middle of their work, and everything they use. */
        @Override
        public void close() {
            if (!closed) {
                closed = true;
                streams.close(CloseOptions.timeout(Duration.ofSeconds(60))
                        .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
                batcher.close();
                model.close();
                executor.shutdown();
            }
        }
    }
}
