package io.captionstream.connection;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads parts of partitions, without a consumer group. For one thread at a time.
 *
 * <p>What brokers do not answer or refuse leaves every method as a {@link KafkaException}.
 */
public final class LogReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(250);

    private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
    private final Duration patience;

    /** @param consumer has no group; closed with this */
    public LogReader(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
        this(consumer, Connection.PATIENCE);
    }

    /**
     * @param consumer has no group; closed with this
     * @param patience how long a broker may take to answer
     */
    public LogReader(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer, Duration patience) {
        this.consumer = requireNonNull(consumer, "consumer is null");
        this.patience = requireNonNull(patience, "patience is null");
    }

    /** The partitions of a topic in their order; none if there is no such topic. */
    public List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic, patience).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .sorted(Comparator.comparing(TopicPartition::partition))
                .toList();
    }

    /** The first offsets that there are. */
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        return consumer.beginningOffsets(partitions, patience);
    }

    /** The offsets after the last that are committed. */
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return consumer.endOffsets(partitions, patience);
    }

    /**
     * Reads a range, in order.
     *
     * @param from offset of the first record
     * @param to offset after the last record, not after the partition's end
     */
    public void read(
            TopicPartition partition,
            long from,
            long to,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long position = from;
        long progressAt = System.nanoTime();
        while (position < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to) {
                    sink.accept(record);
                }
            }
            long next = consumer.position(partition, patience);
            if (next > position) {
                progressAt = System.nanoTime();
            } else if (System.nanoTime() - progressAt > patience.toNanos()) {
                throw new TimeoutException(
                        "nothing came from %s within %d s".formatted(partition, patience.toSeconds()));
            }
            position = next;
        }
    }

    /** The record at a position; empty if there is none, or no longer. */
    public Optional<ConsumerRecord<byte[], byte[]>> record(TopicPartition partition, long offset) {
        if (!partitions(partition.topic()).contains(partition)) {
            return Optional.empty();
        }
        List<TopicPartition> one = List.of(partition);
        long begin = requireNonNull(beginnings(one).get(partition));
        long end = requireNonNull(ends(one).get(partition));
        if (offset < begin || offset >= end) {
            return Optional.empty();
        }
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        read(partition, offset, offset + 1, found::add);
        return found.stream().findFirst();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
