package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ticker;
import com.google.common.collect.Iterables;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The ledgers of the tasks of one stream thread, which share its consumer, its producer and so its transactions. Two
 * things hold whatever Kafka Streams commits: a transaction that has outcomes in it also has the ledger's word of each,
 * and so an offset, by which the group refuses whoever does not own the partition any more; and no ledger's word is
 * committed without the outcomes that it speaks of.
 *
 * <p>For one thread.
 */
final class ThreadLedgers {
    private final Ticker ticker;
    private final Map<TopicPartition, OffsetLedger> ledgers = new HashMap<>();
    private final Map<TopicPartition, LedgerSnapshot> restored = new HashMap<>();
    private final Map<TopicPartition, String> streamsMetadata = new HashMap<>();

    /** Ledgers with outcomes in the transaction whose offsets were not sent; those of closed tasks stay here. */
    private final Set<OffsetLedger> uncovered = new HashSet<>();

    ThreadLedgers(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Begins a tenure with what {@link #restored} has read of its partition.
     *
     * @param outlived see {@link OffsetLedger}
     */
    OffsetLedger begin(TopicPartition partition, @Nullable LedgerSnapshot outlived, BooleanSupplier room) {
        OffsetLedger ledger = new OffsetLedger(partition, restored.get(partition), outlived, ticker, room);
        checkState(ledgers.put(partition, ledger) == null, "%s has a ledger already", partition);
        return ledger;
    }

    void end(OffsetLedger ledger) {
        ledgers.remove(ledger.partition(), ledger);
        restored.remove(ledger.partition());
        if (!ledger.hasUncommittedOutcomes()) {
            uncovered.remove(ledger);
        }
    }

    /** Takes in a committed offset; returns it as Kafka Streams has committed it. */
    OffsetAndMetadata restored(TopicPartition partition, OffsetAndMetadata committed) {
        restored.put(partition, LedgerSnapshot.decode(committed.offset(), committed.metadata()));
        String own = LedgerSnapshot.streamsMetadata(committed.metadata());
        streamsMetadata.put(partition, own);
        return new OffsetAndMetadata(committed.offset(), committed.leaderEpoch(), own);
    }

    /** Takes in that nothing was ever committed of a partition. */
    void restoredNothing(TopicPartition partition) {
        restored.remove(partition);
        streamsMetadata.remove(partition);
    }

    /** Partitions of which nothing more is to be read now. */
    Set<TopicPartition> full() {
        Set<TopicPartition> full = new HashSet<>();
        ledgers.forEach((partition, ledger) -> {
            if (!ledger.hasRoom()) {
                full.add(partition);
            }
        });
        return full;
    }

    /** Takes notice of what a poll has returned. */
    void delivered(ConsumerRecords<byte[], byte[]> events) {
        for (TopicPartition partition : events.partitions()) {
            OffsetLedger ledger = ledgers.get(partition);
            if (ledger != null && ledger.isAwaiting()) {
                ledger.delivered(Iterables.getLast(events.records(partition)).offset());
            }
        }
    }

    /**
     * Takes notice of how far partitions were read, where that matters.
     *
     * @param position of a partition; empty while that is not known
     */
    void passed(Function<TopicPartition, OptionalLong> position) {
        ledgers.forEach((partition, ledger) -> {
            if (ledger.isAwaiting()) {
                position.apply(partition).ifPresent(ledger::passed);
            }
        });
    }

    /** Notes that a task has forwarded an outcome. */
    void forwarded(OffsetLedger ledger) {
        uncovered.add(ledger);
    }

    /** What the ledgers say in the place of the offsets of Kafka Streams; nothing of partitions without one. */
    Map<TopicPartition, OffsetAndMetadata> replaced(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> replaced = new HashMap<>();
        offsets.forEach((partition, read) -> {
            OffsetLedger ledger = ledgers.get(partition);
            if (ledger != null) {
                streamsMetadata.put(partition, read.metadata());
                ledger.readUpTo(read.offset());
                offset(ledger, read).ifPresent(own -> replaced.put(partition, own));
            }
        });
        return replaced;
    }

    /**
     * What is committed in a transaction: the offsets of Kafka Streams, with the ledgers' in their place and beside them.
     *
     * @throws CommitFailedException if outcomes could be committed by one who does not own their partitions
     */
    Map<TopicPartition, OffsetAndMetadata> covering(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata member) {
        Map<TopicPartition, OffsetAndMetadata> covering = replaced(offsets);
        ledgers.forEach((partition, ledger) -> {
            if (ledger.isChanged()) {
                offset(ledger, null).ifPresent(own -> covering.put(partition, own));
            }
        });
        if (!uncovered.isEmpty()) {
            for (OffsetLedger ledger : uncovered) {
                if (ledgers.get(ledger.partition()) != ledger || !covering.containsKey(ledger.partition())) {
                    throw new CommitFailedException(
                            "The transaction has outcomes of %s, which is not worked on any more"
                                    .formatted(ledger.partition()));
                }
            }
            // The broker lets those commit who say that they are in no group.
            if (member.generationId() < 0 || member.memberId().isEmpty()) {
                throw new CommitFailedException("The transaction has outcomes, and this process is in no group");
            }
        }
        uncovered.clear();
        return covering;
    }

    private Optional<OffsetAndMetadata> offset(OffsetLedger ledger, @Nullable OffsetAndMetadata read) {
        LedgerSnapshot snapshot = ledger.snapshot();
        if (snapshot == null) {
            return Optional.empty();
        }
        ledger.sent(snapshot);
        String own = streamsMetadata.getOrDefault(ledger.partition(), "");
        return Optional.of(new OffsetAndMetadata(
                snapshot.base(),
                read == null || read.offset() != snapshot.base() ? Optional.empty() : read.leaderEpoch(),
                snapshot.encode(own)));
    }

    /** @throws IllegalStateException if there are outcomes in the transaction, and no offsets to go with them */
    void beforeCommit() {
        checkState(uncovered.isEmpty(), "the transaction has outcomes, and no offsets were sent with them");
    }

    /** What was sent last is committed. */
    void committed() {
        uncovered.clear();
        ledgers.values().forEach(OffsetLedger::committed);
    }

    /** The transaction is gone, with what was in it. */
    void aborted() {
        uncovered.clear();
        ledgers.values().forEach(OffsetLedger::aborted);
    }
}
