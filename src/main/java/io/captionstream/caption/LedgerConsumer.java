package io.captionstream.caption;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The consumer of a stream thread. It reads the ledgers out of the committed offsets, writes them there where there are
 * no transactions, and reads nothing more of partitions that have enough in flight: no thread ever waits for room.
 */
final class LedgerConsumer extends KafkaConsumer<byte[], byte[]> {
    private final Supplier<ThreadLedgers> ledgers;
    private final boolean isStaticMember;

    /** What Kafka Streams has paused for reasons of its own, and nobody else may resume. */
    private final Set<TopicPartition> pausedByStreams = new HashSet<>();

    /** @param ledgers of the calling thread */
    LedgerConsumer(Map<String, Object> config, Supplier<ThreadLedgers> ledgers) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.ledgers = ledgers;
        this.isStaticMember = config.get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG) != null;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        ThreadLedgers mine = ledgers.get();
        pauseFullPartitions();
        // Before the poll: what this throws, for example of a partition without an offset, must not cost what was read.
        mine.passed(this::knownPosition);
        ConsumerRecords<byte[], byte[]> events = super.poll(timeout);
        mine.delivered(events);
        return events;
    }

    /** Up to where a partition was read; empty while that is not known. */
    private OptionalLong knownPosition(TopicPartition partition) {
        try {
            return assignment().contains(partition)
                    ? OptionalLong.of(position(partition, Duration.ZERO))
                    : OptionalLong.empty();
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    private void pauseFullPartitions() {
        Set<TopicPartition> assigned = assignment();
        pausedByStreams.retainAll(assigned);
        Set<TopicPartition> closed = new HashSet<>(ledgers.get().full());
        closed.addAll(pausedByStreams);
        closed.retainAll(assigned);
        Set<TopicPartition> paused = paused();
        Set<TopicPartition> toPause = new HashSet<>(closed);
        toPause.removeAll(paused);
        if (!toPause.isEmpty()) {
            super.pause(toPause);
        }
        Set<TopicPartition> toResume = new HashSet<>(paused);
        toResume.removeAll(closed);
        if (!toResume.isEmpty()) {
            super.resume(toResume);
        }
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        pausedByStreams.addAll(partitions);
        super.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        pausedByStreams.removeAll(partitions);
        super.resume(partitions);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return restored(super.committed(partitions));
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
        return restored(super.committed(partitions, timeout));
    }

    private Map<TopicPartition, OffsetAndMetadata> restored(Map<TopicPartition, OffsetAndMetadata> committed) {
        ThreadLedgers mine = ledgers.get();
        Map<TopicPartition, OffsetAndMetadata> restored = new HashMap<>();
        committed.forEach((partition, offset) -> {
            if (offset == null) {
                mine.restoredNothing(partition);
                restored.put(partition, null);
            } else {
                restored.put(partition, mine.restored(partition, offset));
            }
        });
        return restored;
    }

    /** Without transactions: what was forwarded before is acknowledged by now. */
    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        ThreadLedgers mine = ledgers.get();
        super.commitSync(mine.replaced(offsets));
        mine.committed();
    }

    /** A thread that dies leaves the group at once, or its partitions would rest until its session times out. */
    @Override
    public void close(CloseOptions option) {
        super.close(
                isStaticMember
                        ? option
                        : CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                                .withTimeout(option.timeout().orElse(Duration.ofSeconds(30))));
    }
}
