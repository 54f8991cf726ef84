package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Image events, and what committed readers see of their outcomes. For one thread at a time, but for {@link #send}. */
final class OutcomeLog implements AutoCloseable {
    private static final int KEYS = 24;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Topics topics;
    private final int partitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> committed;
    private final KafkaConsumer<byte[], byte[]> all;
    private int sent;

    private final Map<Integer, BitSet> outcomes = new HashMap<>();
    private final Map<String, Long> lastOfKey = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    OutcomeLog(String bootstrapServers, Topics topics, int partitions) {
        this.topics = topics;
        this.partitions = partitions;
        ByteArraySerializer bytes = new ByteArraySerializer();
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers), bytes, bytes);
        committed = consumer(bootstrapServers, "read_committed");
        all = consumer(bootstrapServers, "read_uncommitted");
        committed.assign(outcomePartitions());
        committed.seekToBeginning(outcomePartitions());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, String isolation) {
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation), bytes, bytes);
    }

    private List<TopicPartition> outcomePartitions() {
        return Stream.of(topics.captionEvents(), topics.deadLetters())
                .flatMap(topic -> partitions(topic).stream())
                .toList();
    }

    private List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Sends events into every partition by chance, under one of a few keys; one in 25 has no image. */
    synchronized void send(Random random, int count) {
        for (int i = 0; i < count; i++) {
            sent++;
            int key = random.nextInt(KEYS);
            String uri = random.nextInt(25) == 0 ? "broken:NOT_FOUND" : "image:" + sent;
            var unused = producer.send(new ProducerRecord<>(
                    topics.imageEvents(),
                    key % partitions,
                    ("key-" + key).getBytes(UTF_8),
                    FakeCodec.encode(TopologyHarness.event(sent).setUri(uri).build())));
        }
        producer.flush();
    }

    /** Sends an event into every partition. */
    synchronized void sendToAll(Random random) {
        for (int partition = 0; partition < partitions; partition++) {
            sent++;
            int key = partition + partitions * random.nextInt(KEYS / partitions);
            var unused = producer.send(new ProducerRecord<>(
                    topics.imageEvents(),
                    partition,
                    ("key-" + key).getBytes(UTF_8),
                    FakeCodec.encode(TopologyHarness.event(sent).build())));
        }
        producer.flush();
    }

    int sent() {
        return sent;
    }

    /** Up to where image events were sent. */
    Map<TopicPartition, Long> ends() {
        return all.endOffsets(partitions(topics.imageEvents()));
    }

    /** Reads all outcomes, and asserts that every event so far has one, and only one, and those of a key are in order. */
    void verify(String description) {
        readToEnd();
        ends().forEach((partition, end) -> {
            int missing = outcomes(partition.partition()).nextClearBit(0);
            if (missing < end) {
                faults.add("lost: %d@%d".formatted(partition.partition(), missing));
            }
        });
        assertThat(faults).as(description).isEmpty();
    }

    private void readToEnd() {
        Map<TopicPartition, Long> ends = all.endOffsets(outcomePartitions());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> committed.position(end.getKey()) < end.getValue())) {
            committed.poll(Duration.ofMillis(100)).forEach(this::take);
            assertThat(System.nanoTime())
                    .as("transactions of outcomes end, behind %s", positions())
                    .isLessThan(deadline);
        }
    }

    private String positions() {
        return outcomePartitions().stream()
                .map(partition -> partition + ":" + committed.position(partition))
                .collect(Collectors.joining(", "));
    }

    private void take(ConsumerRecord<byte[], byte[]> outcome) {
        int partition;
        long offset;
        if (outcome.topic().equals(topics.captionEvents())) {
            EventOrigin origin = FakeCodec.decode(outcome.value()).getOrigin();
            partition = origin.getPartition();
            offset = origin.getOffset();
        } else {
            partition = Integer.parseInt(header(outcome, DeadLetterHeaders.PARTITION));
            offset = Long.parseLong(header(outcome, DeadLetterHeaders.OFFSET));
        }
        BitSet known = outcomes(partition);
        int index = Math.toIntExact(offset);
        if (known.get(index)) {
            faults.add("doubled: %d@%d, as %s".formatted(partition, offset, place(outcome)));
        }
        known.set(index);
        Long before = lastOfKey.put(outcome.topic() + "/" + new String(outcome.key(), UTF_8), offset);
        if (before != null && before > offset) {
            faults.add("out of order: %d@%d after %d, as %s".formatted(partition, offset, before, place(outcome)));
        }
    }

    private static String place(ConsumerRecord<byte[], byte[]> outcome) {
        return "%s-%d@%d".formatted(outcome.topic(), outcome.partition(), outcome.offset());
    }

    private BitSet outcomes(int partition) {
        return outcomes.computeIfAbsent(partition, first -> new BitSet());
    }

    private static String header(ConsumerRecord<byte[], byte[]> outcome, String name) {
        return new String(outcome.headers().lastHeader(name).value(), UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        committed.close();
        all.close();
    }
}
