package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.Topics;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics of one test: what goes in, what comes out, and whether the two fit. */
final class EventLog implements AutoCloseable {
    private final EmbeddedStack stack;
    private final Topics topics;
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaAvroSerializer serializer;
    private final KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<ConsumerRecord<String, byte[]>> captions = new ArrayList<>();
    private final List<ConsumerRecord<String, byte[]>> deadLetters = new ArrayList<>();

    EventLog(EmbeddedStack stack, int partitions) {
        this(stack, created(stack, partitions));
    }

    private static Topics created(EmbeddedStack stack, int partitions) {
        Topics topics = Topics.prefixed("t" + UUID.randomUUID().toString().substring(0, 8) + "-");
        stack.broker().createAllTopics(partitions, topics);
        return topics;
    }

    /** @param topics that are there already */
    EventLog(EmbeddedStack stack, Topics topics) {
        this.stack = stack;
        this.topics = topics;
        String servers = stack.broker().bootstrapServers();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers, "max.request.size", 32 << 20),
                new StringSerializer(),
                new ByteArraySerializer());
        Map<String, Object> registry =
                Map.of("schema.registry.url", stack.registry().url(), "specific.avro.reader", true);
        serializer = Clients.eventSerializer(stack.registry().url());
        deserializer.configure(registry, false);
        consumer = consumer(List.of(topics.captionEvents(), topics.deadLetters()));
    }

    private KafkaConsumer<String, byte[]> consumer(List<String> names) {
        return Clients.committedReader(stack.broker().bootstrapServers(), names);
    }

    /** The service's configuration for these topics. */
    Map<String, String> serviceProperties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("captionstream.topics.image-events", topics.imageEvents());
        properties.put("captionstream.topics.caption-events", topics.captionEvents());
        properties.put("captionstream.topics.dead-letters", topics.deadLetters());
        properties.put("captionstream.topics.shadow-captions", topics.shadowCaptions());
        properties.put("captionstream.topics.labeled-pairs", topics.labeledPairs());
        properties.put("captionstream.topics.label-dead-letters", topics.labelDeadLetters());
        properties.put("captionstream.topics.model-releases", topics.modelReleases());
        properties.put("captionstream.topics.training-commands", topics.trainingCommands());
        properties.put("captionstream.topics.training-reports", topics.trainingReports());
        properties.put("captionstream.caption.application-id", topics.imageEvents() + "-app");
        // What a killed instance held is free again after these.
        properties.put("captionstream.kafka.properties.\"session.timeout.ms\"", "6000");
        properties.put("captionstream.kafka.properties.\"heartbeat.interval.ms\"", "1000");
        return properties;
    }

    Topics topics() {
        return topics;
    }

    Future<RecordMetadata> send(ImageEvent event) {
        return send(event.getId(), serializer.serialize(topics.imageEvents(), event));
    }

    Future<RecordMetadata> send(ImageEvent event, Map<String, String> headers) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                topics.imageEvents(), event.getId(), serializer.serialize(topics.imageEvents(), event));
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return producer.send(record);
    }

    Future<RecordMetadata> send(String key, byte @org.jspecify.annotations.Nullable [] value) {
        return producer.send(new ProducerRecord<>(topics.imageEvents(), key, value));
    }

    void flush() {
        producer.flush();
    }

    /** Reads what has been committed since; returns how many outcomes have been read in all. */
    int poll() {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> {
            if (record.topic().equals(topics.deadLetters())) {
                deadLetters.add(record);
            } else {
                captions.add(record);
            }
        });
        return captions.size() + deadLetters.size();
    }

    /** Reads what has been committed since; returns the caption events among it. */
    List<CaptionEvent> pollCaptions() {
        int before = captions.size();
        poll();
        return captions.subList(before, captions.size()).stream()
                .map(this::decode)
                .toList();
    }

    /** How many different events have an outcome. */
    int answered() {
        Set<Position> positions = new HashSet<>();
        captions.forEach(record -> positions.add(position(decode(record).getOrigin())));
        deadLetters.forEach(record -> positions.add(deadPosition(record)));
        return positions.size();
    }

    private static Position position(EventOrigin origin) {
        return new Position(origin.getPartition(), origin.getOffset());
    }

    private static Position deadPosition(ConsumerRecord<?, ?> record) {
        return new Position(
                Integer.parseInt(header(record, "__streams.errors.partition")),
                Long.parseLong(header(record, "__streams.errors.offset")));
    }

    List<CaptionEvent> captions() {
        return captions.stream().map(this::decode).toList();
    }

    List<ConsumerRecord<String, byte[]>> captionRecords() {
        return List.copyOf(captions);
    }

    List<ConsumerRecord<String, byte[]>> deadLetters() {
        return List.copyOf(deadLetters);
    }

    private CaptionEvent decode(ConsumerRecord<String, byte[]> record) {
        return (CaptionEvent) deserializer.deserialize(record.topic(), record.value());
    }

    /**
     * Reads the committed input anew and holds the outcomes to it: exactly one for each event, and those of a key in the
     * order of its events.
     *
     * @return the error codes of the dead letters by where their events were
     */
    Map<Position, String> verifyExactlyOnceInOrder(int expectedEvents) {
        Map<Position, String> inputs = readInputs(expectedEvents);
        Map<Position, String> errors = new HashMap<>();
        Map<Position, Integer> outcomes = new HashMap<>();
        Map<String, Position> lastCaptioned = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : captions) {
            Position position = position(decode(record).getOrigin());
            outcomes.merge(position, 1, Integer::sum);
            assertThat(inputs.get(position)).isEqualTo(record.key());
            assertFollows(lastCaptioned.put(record.key(), position), position);
        }
        Map<String, Position> lastDead = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : deadLetters) {
            Position position = deadPosition(record);
            outcomes.merge(position, 1, Integer::sum);
            errors.put(position, header(record, "captionstream.error.code"));
            assertThat(inputs.get(position)).isEqualTo(record.key());
            assertFollows(lastDead.put(record.key(), position), position);
        }
        assertThat(outcomes).hasSize(expectedEvents).allSatisfy((position, count) -> assertThat(count)
                .as("outcomes of %s", position)
                .isOne());
        return errors;
    }

    private Map<Position, String> readInputs(int expected) {
        Map<Position, String> inputs = new HashMap<>();
        try (KafkaConsumer<String, byte[]> reader = consumer(List.of(topics.imageEvents()))) {
            org.awaitility.Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                reader.poll(Duration.ofMillis(100))
                        .forEach(record -> inputs.put(new Position(record.partition(), record.offset()), record.key()));
                return inputs.size() >= expected;
            });
        }
        assertThat(inputs).hasSize(expected);
        return inputs;
    }

    private static void assertFollows(@org.jspecify.annotations.Nullable Position before, Position after) {
        if (before != null) {
            assertThat(after.partition()).isEqualTo(before.partition());
            assertThat(after.offset()).isGreaterThan(before.offset());
        }
    }

    static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        assertThat(header).as(name).isNotNull();
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }

    /** Where an image event is. */
    record Position(int partition, long offset) {}
}
