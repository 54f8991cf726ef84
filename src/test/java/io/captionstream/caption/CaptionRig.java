package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.Sets;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import io.captionstream.caption.Outcomes.Answer;
import io.captionstream.caption.Outcomes.Position;
import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.event.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Topics of one test on a real broker, instances that work on them, what goes in, and whether it comes out. */
final class CaptionRig implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final EmbeddedBroker broker;
    private final Path directory;
    private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + "-";
    private final Topics topics = Topics.prefixed(prefix);
    private final KafkaProducer<byte[], byte[]> producer;
    private final Outcomes outcomes;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Map<Position, Optional<HashCode>> sent = new ConcurrentHashMap<>();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> instances = new ArrayList<>();

    /** @param directory for what instances keep */
    CaptionRig(EmbeddedBroker broker, Path directory, int partitions) {
        this.broker = broker;
        this.directory = directory;
        broker.createTopics(
                partitions,
                topics.imageEvents(),
                topics.captionEvents(),
                topics.deadLetters(),
                topics.shadowCaptions());
        ByteArraySerializer bytes = new ByteArraySerializer();
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.bootstrapServers(),
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        32 << 20,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5,
                        // If the first batch of a new partition is refused, the broker takes the second for the first,
                        // and refuses the first for two minutes.
                        ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                        1),
                bytes,
                bytes);
        this.outcomes = new Outcomes(broker.bootstrapServers(), topics);
    }

    Topics topics() {
        return topics;
    }

    Outcomes outcomes() {
        return outcomes;
    }

    InstanceSettings settings() {
        return InstanceSettings.of(
                broker.bootstrapServers(), prefix, directory.resolve(prefix + "instance-" + instances.size()));
    }

    CaptionInstance start() {
        return start(settings(), RecordLimits.NONE);
    }

    CaptionInstance start(InstanceSettings settings, RecordLimits limits) {
        CaptionInstance instance = new CaptionInstance(settings, limits);
        instances.add(instance);
        return instance;
    }

    /** Starts an instance that can be killed; see {@link CaptionInstanceMain}. */
    ChildJvm startProcess(String... properties) {
        InstanceSettings settings = settings();
        List<String> arguments = new ArrayList<>(List.of(
                settings.bootstrapServers(),
                settings.prefix(),
                settings.stateDirectory().toString()));
        arguments.addAll(List.of(properties));
        ChildJvm process = ChildJvm.start(
                "instance",
                directory.resolve(prefix + "instance-" + instances.size() + ".log"),
                System.getProperty("java.class.path"),
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                CaptionInstanceMain.class.getName(),
                arguments);
        instances.add(process);
        return process;
    }

    /** Sets what topics are configured with. */
    void configure(String topic, Map<String, String> settings) {
        List<AlterConfigOp> changes = settings.entrySet().stream()
                .map(entry -> new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), OpType.SET))
                .toList();
        administer(admin -> admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
                .all()
                .get(30, TimeUnit.SECONDS));
    }

    /** What the topics of outcomes take now, and the producer of such an instance. */
    RecordLimits limitsNow(InstanceSettings instance) throws Exception {
        LiveRecordLimits limits = new LiveRecordLimits(
                broker::admin,
                instance.streamsProperties(),
                List.of(topics.captionEvents(), topics.deadLetters()),
                Duration.ofHours(1));
        limits.refresh();
        instances.add(limits);
        return limits;
    }

    void addPartitions(int total) {
        administer(admin -> admin.createPartitions(Map.of(topics.imageEvents(), NewPartitions.increaseTo(total)))
                .all()
                .get(30, TimeUnit.SECONDS));
    }

    /** Deletes the image events of a partition below an offset. */
    void deleteBelow(int partition, long offset) {
        administer(admin -> admin.deleteRecords(Map.of(
                        new TopicPartition(topics.imageEvents(), partition), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get(30, TimeUnit.SECONDS));
    }

    private interface Action {
        void apply(Admin admin) throws Exception;
    }

    private void administer(Action action) {
        try (Admin admin = broker.admin()) {
            action.apply(admin);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends an image event under a key of its own. */
    void send(int partition, String uri) {
        send(partition, uri, uri);
    }

    void send(int partition, @Nullable String key, String uri) {
        byte[] value = FakeCodec.encode(TopologyHarness.event(0).setUri(uri).build());
        send(new ProducerRecord<>(topics.imageEvents(), partition, key == null ? null : key.getBytes(UTF_8), value));
    }

    /** Sends a record, which counts if the broker takes it. */
    void send(ProducerRecord<byte[], byte[]> event) {
        Optional<HashCode> key = Optional.ofNullable(event.key()).map(Hashing.murmur3_128()::hashBytes);
        var unused = producer.send(event, (metadata, failure) -> {
            if (failure == null) {
                sent.put(new Position(metadata.partition(), metadata.offset()), key);
                accepted.incrementAndGet();
            } else if (!(failure instanceof RecordTooLargeException)) {
                failures.add(failure);
            }
        });
    }

    /** How many events are in the topic. */
    int accepted() {
        return accepted.get();
    }

    /** Waits until all that was sent is in the topic; returns how many events that is. */
    int flush() {
        producer.flush();
        assertThat(failures).as("of the test's own producer").isEmpty();
        return accepted.get();
    }

    /** Waits while outcomes are read. */
    void awaitWhileReading(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .pollInSameThread()
                .until(() -> {
                    outcomes.poll();
                    return condition.call();
                });
    }

    /** Waits until there are as many outcomes. */
    void awaitOutcomes(int count) {
        awaitWhileReading(count + " outcomes", () -> outcomes.poll() >= count);
    }

    /** Waits for an outcome for every event. */
    void awaitAll() {
        awaitOutcomes(flush());
    }

    /** Holds the outcomes to what was sent: one each, those of a key in the order of their events. */
    void verifyExactlyOnceInOrder() {
        // What comes twice comes late.
        outcomes.poll();
        Map<Position, Integer> counts = counts();
        assertThat(doubled(counts)).as("events with more than one outcome").isEmpty();
        assertThat(Sets.difference(sent.keySet(), counts.keySet()))
                .as("events without an outcome")
                .isEmpty();
        assertThat(Sets.difference(counts.keySet(), sent.keySet()))
                .as("outcomes of nothing")
                .isEmpty();
        verifyOrder();
    }

    /** Whether there is an outcome for each event that was sent, or more than one. */
    boolean everythingHasAnOutcome() {
        return counts().keySet().equals(sent.keySet());
    }

    private Map<Position, Integer> counts() {
        Map<Position, Integer> counts = new HashMap<>();
        outcomes.all().forEach(answer -> counts.merge(answer.of(), 1, Integer::sum));
        return counts;
    }

    private static Set<Position> doubled(Map<Position, Integer> counts) {
        Set<Position> doubled = new HashSet<>(counts.keySet());
        doubled.removeIf(position -> counts.get(position) == 1);
        return doubled;
    }

    private record Line(TopicPartition in, int partition, HashCode key) {}

    private void verifyOrder() {
        Map<Line, Long> last = new HashMap<>();
        for (Answer answer : outcomes.all()) {
            Position of = answer.of();
            Optional<HashCode> key = sent.get(of);
            if (key.isPresent()) {
                Long before = last.put(new Line(answer.in(), of.partition(), key.get()), of.offset());
                assertThat(before == null || before < of.offset())
                        .as("%s after offset %s", answer, before)
                        .isTrue();
            }
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable instance : instances) {
            instance.close();
        }
        producer.close();
        outcomes.close();
    }
}
