package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ImageEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology without a broker, on one thread, with fakes for registry, images and models. */
final class TopologyHarness implements AutoCloseable {
    static final Duration PUNCTUATION = Duration.ofMillis(20);
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

    final FakeCodec codec = new FakeCodec();
    final FakeImages images = new FakeImages();
    final FakeModel first = new FakeModel("first");
    final FakeModel second = new FakeModel("second");
    final SteppingTicker ticker = new SteppingTicker();

    /** Versions on trial, by model. */
    final Map<String, CaptionTrial> trials = new HashMap<>();

    /** What came of them. */
    final List<String> tried = new CopyOnWriteArrayList<>();

    /** What traces of images were told. */
    final List<String> traced = new CopyOnWriteArrayList<>();

    /** Steps with the milliseconds they took. */
    final List<String> steps = new CopyOnWriteArrayList<>();

    /** Ages of the events when their captions left. */
    final List<Duration> ages = new CopyOnWriteArrayList<>();

    private final CaptionClients clients = new CaptionClients(ticker);
    private final TopicPartition partition;
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> input;
    private final TestOutputTopic<byte[], byte[]> captions;
    private final TestOutputTopic<byte[], byte[]> shadows;
    private final TestOutputTopic<byte[], byte[]> deadLetters;

    private LedgerSnapshot committed = LedgerSnapshot.at(0);
    private long sent;

    TopologyHarness(CaptionConfig config) {
        this(config, RecordLimits.NONE);
    }

    TopologyHarness(CaptionConfig config, RecordLimits limits) {
        partition = new TopicPartition(config.topics().imageEvents(), 0);
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "captioning-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        driver = new TopologyTestDriver(
                CaptionTopology.build(
                        config,
                        codec,
                        images,
                        ImmutableMap.of("first", first, "second", second),
                        model -> Optional.ofNullable(trials.get(model)),
                        Runnable::run,
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        clients,
                        limits,
                        new CaptionListener() {
                            @Override
                            public void tried(String model, TrialMode mode, TrialOutcome outcome) {
                                tried.add(model + " " + mode + " " + outcome);
                            }

                            @Override
                            public ImageTrace received(
                                    String topic, int partition, long offset, Iterable<Header> headers) {
                                return new RecordedTrace(offset, traced);
                            }

                            @Override
                            public void took(Step step, Duration time) {
                                steps.add(step + " " + time.toMillis());
                            }

                            @Override
                            public void captioned(Duration sinceReceived, Duration sinceEvent) {
                                ages.add(sinceEvent);
                            }
                        }),
                properties,
                NOW);
        input = driver.createInputTopic(
                config.topics().imageEvents(), new ByteArraySerializer(), new ByteArraySerializer());
        captions = driver.createOutputTopic(
                config.topics().captionEvents(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        shadows = driver.createOutputTopic(
                config.topics().shadowCaptions(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        deadLetters = driver.createOutputTopic(
                config.topics().deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static ImageEvent.Builder event(int image) {
        return ImageEvent.newBuilder().setId("id-" + image).setUri("image:" + image);
    }

    /** Sends image {@code image} under a key, for the first model only. */
    void send(@Nullable String key, int image) {
        send(key, event(image).setModels(List.of("first")).build());
    }

    void send(@Nullable String key, ImageEvent event) {
        send(key, FakeCodec.encode(event), Map.of());
    }

    void send(@Nullable String key, byte @Nullable [] value, Map<String, String> headers) {
        Headers recordHeaders = new RecordHeaders();
        headers.forEach((name, text) -> recordHeaders.add(name, text.getBytes(UTF_8)));
        send(new TestRecord<>(key == null ? null : key.getBytes(UTF_8), value, recordHeaders, NOW));
    }

    void send(TestRecord<byte[], byte[]> event) {
        input.pipeInput(event);
        boolean first = sent++ == 0;
        commit();
        if (first) {
            // No work begins before the first commit.
            punctuate();
        }
    }

    /** Lets the punctuator run once. */
    void punctuate() {
        driver.advanceWallClockTime(PUNCTUATION);
        commit();
    }

    /** Commits, as the producer of the stream thread does. */
    private void commit() {
        ThreadLedgers ledgers = clients.ofThisThread();
        OffsetAndMetadata offset = ledgers.covering(
                        Map.of(), new ConsumerGroupMetadata("group", 1, "member", Optional.empty()))
                .get(partition);
        if (offset != null) {
            committed = LedgerSnapshot.decode(offset.offset(), offset.metadata());
            ledgers.committed();
        }
    }

    List<TestRecord<byte[], byte[]>> captionRecords() {
        return captions.readRecordsToList();
    }

    List<TestRecord<byte[], byte[]>> shadowRecords() {
        return shadows.readRecordsToList();
    }

    List<TestRecord<byte[], byte[]>> deadLetterRecords() {
        return deadLetters.readRecordsToList();
    }

    List<CaptionEvent> captions() {
        return captionRecords().stream()
                .map(captionRecord -> FakeCodec.decode(captionRecord.value()))
                .toList();
    }

    /** Ids of the caption events that have left since the last call. */
    List<String> captionedIds() {
        return captions().stream().map(CaptionEvent::getId).toList();
    }

    static String header(TestRecord<byte[], byte[]> testRecord, String name) {
        List<String> values = new ArrayList<>();
        for (Header header : testRecord.headers().headers(name)) {
            values.add(new String(header.value(), UTF_8));
        }
        return String.join(",", values);
    }

    /** Offsets of the events that the next owner of the partition would begin anew. */
    List<Long> inFlight() {
        return LongStream.range(committed.base(), sent)
                .filter(offset -> offset >= committed.end() || committed.open().contains(offset))
                .boxed()
                .toList();
    }

    @Override
    public void close() {
        driver.close();
    }
}
