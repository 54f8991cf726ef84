package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.EventOrigin;
import io.captionstream.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** The outcomes that were committed, in the order of their partitions. For one thread. */
final class Outcomes implements AutoCloseable {
    private static final String CAPTIONED = "CAPTIONED";

    private final String captionEvents;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<Answer> all = new ArrayList<>();

    /** Where an image event stands. */
    record Position(int partition, long offset) {}

    /**
     * An outcome.
     *
     * @param of the event that it is of
     * @param in where it stands itself
     * @param code of a dead letter; null of a caption event
     * @param form what is left of the event in it
     */
    record Answer(Position of, TopicPartition in, @Nullable String code, OutcomeForm form) {}

    Outcomes(String bootstrapServers, Topics topics) {
        this.captionEvents = topics.captionEvents();
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                bytes,
                bytes);
        List<TopicPartition> partitions = Stream.of(topics.captionEvents(), topics.deadLetters())
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads on; returns how many were read in all. */
    int poll() {
        consumer.poll(Duration.ofMillis(50)).forEach(outcome -> all.add(answer(outcome)));
        return all.size();
    }

    private Answer answer(ConsumerRecord<byte[], byte[]> outcome) {
        TopicPartition in = new TopicPartition(outcome.topic(), outcome.partition());
        if (outcome.topic().equals(captionEvents)) {
            EventOrigin origin = FakeCodec.decode(outcome.value()).getOrigin();
            return new Answer(new Position(origin.getPartition(), origin.getOffset()), in, null, OutcomeForm.CAPTION);
        }
        return new Answer(
                new Position(
                        Integer.parseInt(text(outcome, DeadLetterHeaders.PARTITION)),
                        Long.parseLong(text(outcome, DeadLetterHeaders.OFFSET))),
                in,
                text(outcome, DeadLetterHeaders.CODE),
                form(outcome));
    }

    private static OutcomeForm form(ConsumerRecord<?, ?> letter) {
        if (letter.headers().lastHeader(DeadLetterHeaders.OMITTED_KEY) != null) {
            return OutcomeForm.REFERENCE;
        }
        if (letter.headers().lastHeader(DeadLetterHeaders.OMITTED_HEADERS) != null) {
            return OutcomeForm.LETTER_WITHOUT_HEADERS;
        }
        return letter.headers().lastHeader(DeadLetterHeaders.OMITTED_BYTES) != null
                ? OutcomeForm.LETTER_WITHOUT_VALUE
                : OutcomeForm.LETTER;
    }

    private static String text(ConsumerRecord<?, ?> outcome, String name) {
        Header header = requireNonNull(outcome.headers().lastHeader(name), name);
        return new String(header.value(), UTF_8);
    }

    List<Answer> all() {
        return List.copyOf(all);
    }

    List<Answer> of(Position position) {
        return all.stream().filter(answer -> answer.of().equals(position)).toList();
    }

    long of(Collection<Integer> partitions) {
        return all.stream()
                .filter(answer -> partitions.contains(answer.of().partition()))
                .count();
    }

    /** How many there are of each code, caption events among them. */
    Map<String, Integer> byCode() {
        Map<String, Integer> counts = new TreeMap<>();
        all.forEach(answer -> counts.merge(answer.code() == null ? CAPTIONED : answer.code(), 1, Integer::sum));
        return counts;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
