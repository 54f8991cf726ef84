package io.captionstream.replay;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Finds the offsets that a person's words for a part of a topic mean now. */
public final class LogRanges implements AutoCloseable {
    private final Connection connection;
    private final String topic;
    private final Admin admin;

    private LogRanges(Connection connection, String topic) {
        this.connection = connection;
        this.topic = topic;
        this.admin = connection.admin();
    }

    /**
     * The ranges of all partitions; what is not there any more, or not yet, is left out. Where offsets are given,
     * partitions without one have an empty range.
     *
     * @param from {@code earliest}, {@code latest}, a time, or offsets by partition
     * @param to likewise; exclusive
     * @throws IllegalArgumentException if a bound is none of these, or names a partition that there is not
     * @throws IOException if no broker answers or there is no such topic
     */
    public static List<PartitionRange> resolve(Connection connection, String topic, String from, String to)
            throws IOException {
        LogBound start = LogBound.parse(from);
        LogBound end = LogBound.parse(to);
        try (LogRanges log = new LogRanges(connection, topic)) {
            return log.between(start, end);
        }
    }

    private List<PartitionRange> between(LogBound start, LogBound end) throws IOException {
        List<TopicPartition> partitions = partitions();
        Map<TopicPartition, Long> oldest = offsets(partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> newest = offsets(partitions, OffsetSpec.latest());
        Map<TopicPartition, Long> starts = offsets(partitions, start, newest);
        Map<TopicPartition, Long> ends = offsets(partitions, end, oldest);
        List<PartitionRange> ranges = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            long last = value(newest, partition);
            long from = Math.min(Math.max(value(starts, partition), value(oldest, partition)), last);
            long to = Math.min(Math.max(value(ends, partition), from), last);
            ranges.add(new PartitionRange(partition.partition(), from, to));
        }
        return List.copyOf(ranges);
    }

    private List<TopicPartition> partitions() throws IOException {
        try {
            return requireNonNull(connection
                            .await(admin.describeTopics(List.of(topic)).allTopicNames())
                            .get(topic))
                    .partitions()
                    .stream()
                    .map(TopicPartitionInfo::partition)
                    .sorted()
                    .map(partition -> new TopicPartition(topic, partition))
                    .toList();
        } catch (IOException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IOException("There is no topic " + topic, e);
            }
            throw e;
        }
    }

    /** @param otherwise of the partitions that a bound by offsets does not name */
    private Map<TopicPartition, Long> offsets(
            List<TopicPartition> partitions, LogBound bound, Map<TopicPartition, Long> otherwise) throws IOException {
        if (bound.spec() != null) {
            return offsets(partitions, bound.spec());
        }
        Map<TopicPartition, Long> offsets = new HashMap<>(otherwise);
        bound.offsets().forEach((number, offset) -> {
            TopicPartition partition = new TopicPartition(topic, number);
            if (!offsets.containsKey(partition)) {
                throw new IllegalArgumentException(
                        "%s has no partition %d, only 0 to %d".formatted(topic, number, partitions.size() - 1));
            }
            offsets.put(partition, offset);
        });
        return offsets;
    }

    /** Of a time after the last record, the end. */
    private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec spec) throws IOException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, OffsetSpec> later = new HashMap<>();
        list(asked).forEach((partition, found) -> {
            if (found.offset() >= 0) {
                offsets.put(partition, found.offset());
            } else {
                later.put(partition, OffsetSpec.latest());
            }
        });
        if (!later.isEmpty()) {
            list(later).forEach((partition, found) -> offsets.put(partition, found.offset()));
        }
        return offsets;
    }

    // Up to the last stable offset: what a transaction has not committed yet may never be an event.
    private Map<TopicPartition, ListOffsetsResultInfo> list(Map<TopicPartition, OffsetSpec> asked) throws IOException {
        return connection.await(admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all());
    }

    private static long value(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return requireNonNull(offsets.get(partition));
    }

    @Override
    public void close() {
        admin.close();
    }
}
