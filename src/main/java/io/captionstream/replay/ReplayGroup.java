package io.captionstream.replay;

import io.captionstream.connection.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;

/** The consumer group of a replay: where it has come to. */
final class ReplayGroup implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    /** For the group of a process that was killed to become empty. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Connection connection;
    private final ReplayPlan plan;
    private final Admin admin;

    ReplayGroup(Connection connection, ReplayPlan plan) {
        this.connection = connection;
        this.plan = plan;
        this.admin = connection.admin();
    }

    /** Puts the group at the beginning of the ranges, unless it has begun. */
    void begin() throws IOException {
        Map<TopicPartition, Long> committed = committed();
        Map<TopicPartition, OffsetAndMetadata> missing = new HashMap<>();
        for (PartitionRange range : plan.ranges()) {
            TopicPartition partition = plan.partition(range);
            if (!committed.containsKey(partition)) {
                missing.put(partition, new OffsetAndMetadata(range.from()));
            }
        }
        if (!missing.isEmpty()) {
            connection.await(admin.alterConsumerGroupOffsets(plan.applicationId(), missing)
                    .all());
        }
    }

    /** Committed offsets; without the partitions that have none. */
    Map<TopicPartition, Long> committed() throws IOException {
        Map<TopicPartition, Long> committed = new HashMap<>();
        try {
            connection
                    .await(admin.listConsumerGroupOffsets(plan.applicationId()).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> {
                        if (offset != null && partition.topic().equals(plan.source())) {
                            committed.put(partition, offset.offset());
                        }
                    });
        } catch (IOException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
        return committed;
    }

    /** Offsets of the ranges that are committed. */
    long passed(Map<TopicPartition, Long> committed) {
        long passed = 0;
        for (PartitionRange range : plan.ranges()) {
            Long at = committed.get(plan.partition(range));
            if (at != null) {
                passed += Math.max(0, Math.min(at, range.to()) - range.from());
            }
        }
        return passed;
    }

    /** Whether there is no event between the committed offsets and the ends of the ranges. */
    boolean isAtEnd(Map<TopicPartition, Long> committed) throws IOException {
        for (PartitionRange range : plan.ranges()) {
            TopicPartition partition = plan.partition(range);
            long at = Math.max(range.from(), committed.getOrDefault(partition, range.from()));
            // The last offsets may be none of an event but of a transaction, which nobody commits.
            if (at < range.to() && hasEvent(partition, at, range.to())) {
                return false;
            }
        }
        return true;
    }

    private boolean hasEvent(TopicPartition partition, long from, long to) throws IOException {
        try (Consumer<byte[], byte[]> consumer = connection.reader()) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            while (consumer.position(partition) < to) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    return record.offset() < to;
                }
            }
            return false;
        } catch (KafkaException e) {
            throw new IOException("Cannot read %s: %s".formatted(partition, e.getMessage()), e);
        }
    }

    /** Waits for its members to have left; one that was killed has when its session times out. */
    void delete() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                connection.await(admin.deleteConsumerGroups(List.of(plan.applicationId()))
                        .all());
                return;
            } catch (IOException e) {
                if (e.getCause() instanceof GroupIdNotFoundException) {
                    return;
                }
                if (!(e.getCause() instanceof GroupNotEmptyException) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while deleting the group " + plan.applicationId(), e);
            }
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
