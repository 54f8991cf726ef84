package io.captionstream.labels;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.labels.LabelTable.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads ranges of the log of labelled pairs into datasets. The same ranges give the same dataset in the same order, as
 * long as the log still holds them and their images are what they were: the newest value of an id counts, a null value
 * withdraws the pair, and images of equal bytes count once, with the captions of all their ids.
 */
public final class LabelLog {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
    private final LabelRules rules;
    private final LabelImages images;

    /** @param consumers make a consumer without group and committing nothing, that reads what is committed */
    public LabelLog(Supplier<? extends Consumer<byte[], byte[]>> consumers, LabelRules rules, LabelImages images) {
        this.consumers = requireNonNull(consumers, "consumers is null");
        this.rules = requireNonNull(rules, "rules is null");
        this.images = requireNonNull(images, "images is null");
    }

    /** Where the images of datasets are. */
    public LabelImages images() {
        return images;
    }

    /**
     * Reads ranges and fetches the images that are not at hand.
     *
     * @param ranges in any order
     * @return empty if it was stopped; what was fetched is at hand then
     * @throws IOException if broker, registry or disk do not do their part; trying again may help
     */
    public Optional<LabeledDataset> read(List<LogRange> ranges, LabelListener listener, BooleanSupplier stopRequested)
            throws IOException {
        ImageQueue queue = new ImageQueue(images, stopRequested);
        LabelTable table = new LabelTable(rules, queue::fetch);
        List<LogRange> ordered = ranges.stream().sorted(LogRange.IN_LOG_ORDER).toList();
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            RangeReader reader = new RangeReader(consumer, ordered, listener, stopRequested);
            for (LogRange range : ordered) {
                if (!reader.read(range, table)) {
                    return Optional.empty();
                }
            }
        } catch (KafkaException | RegistryUnavailableException e) {
            throw new IOException("The labelled pairs cannot be read: " + e.getMessage(), e);
        }
        return dataset(table, queue, listener, stopRequested);
    }

    private Optional<LabeledDataset> dataset(
            LabelTable table, ImageQueue queue, LabelListener listener, BooleanSupplier stopRequested)
            throws IOException {
        List<CompletableFuture<String>> digests = new ArrayList<>();
        List<Entry> labels = new ArrayList<>();
        for (Entry entry : table.entries()) {
            if (entry.label() == null) {
                table.count(LabelOutcome.WITHDRAWN);
                continue;
            }
            labels.add(entry);
            digests.add(
                    entry.inline() != null
                            ? entry.inline()
                            : queue.fetch(
                                    requireNonNull(entry.digest()),
                                    entry.label().image()));
            listener.onImages(queue.done(), queue.started());
            if (stopRequested.getAsBoolean()) {
                return Optional.empty();
            }
        }
        DatasetBuilder dataset = new DatasetBuilder(table, images);
        for (int i = 0; i < labels.size(); i++) {
            if (!queue.await(digests.get(i))) {
                return Optional.empty();
            }
            listener.onImages(queue.done(), queue.started());
            dataset.add(labels.get(i), digests.get(i));
        }
        return Optional.of(dataset.build());
    }

    /** One consumer on its way through the ranges. */
    private static final class RangeReader {
        private final Consumer<byte[], byte[]> consumer;
        private final LabelListener listener;
        private final BooleanSupplier stopRequested;
        private final long total;
        private long done;

        RangeReader(
                Consumer<byte[], byte[]> consumer,
                List<LogRange> ranges,
                LabelListener listener,
                BooleanSupplier stopRequested) {
            this.consumer = consumer;
            this.listener = listener;
            this.stopRequested = stopRequested;
            this.total = ranges.stream().mapToLong(LogRange::size).sum();
        }

        /** Returns whether it came to the end. */
        boolean read(LogRange range, LabelTable table) throws IOException {
            TopicPartition partition = new TopicPartition(range.topic(), range.partition());
            consumer.assign(List.of(partition));
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(List.of(partition), PATIENCE);
            long from = Math.min(range.to(), Math.max(range.from(), beginnings.getOrDefault(partition, 0L)));
            if (from > range.from()) {
                table.count(LabelOutcome.EXPIRED, (int) Math.min(Integer.MAX_VALUE, from - range.from()));
            }
            consumer.seek(partition, from);
            long position = from;
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (position < range.to()) {
                if (stopRequested.getAsBoolean()) {
                    return false;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() < range.to()) {
                        table.add(range.partition(), record.timestamp(), range.fresh(), record.key(), record.value());
                    }
                }
                long next = consumer.position(partition, PATIENCE);
                if (next > position) {
                    position = next;
                    deadline = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "%s could not be read from offset %d to %d: it came no further than %d within %s"
                                    .formatted(partition, from, range.to(), position, PATIENCE));
                }
                listener.onRecords(done + Math.min(position, range.to()) - range.from(), total);
            }
            done += range.size();
            return true;
        }
    }
}
