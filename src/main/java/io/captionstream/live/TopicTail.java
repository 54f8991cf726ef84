package io.captionstream.live;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows topics from shortly before their ends, on a thread of its own and without a consumer group. Topics and brokers
 * may be away: it waits, and goes on where it was.
 */
final class TopicTail implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LOOKUP = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration CLOSE = Duration.ofSeconds(10);
    /** Topics may be created, and partitions added, while somebody looks. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Map<String, Integer> topics;
    private final Listener listener;
    private final Thread thread = new Thread(this::run, "live-tail");
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    private volatile @Nullable Consumer<byte[], byte[]> current;

    /** Told from the tail's thread. */
    interface Listener {
        void records(ConsumerRecords<byte[], byte[]> records);

        /** @param problem what keeps the tail from reading; null if nothing does any more */
        void problem(@Nullable String problem);
    }

    /**
     * @param consumers make a consumer without a group
     * @param topics names, and how many offsets before the end of each partition to begin
     */
    TopicTail(Supplier<Consumer<byte[], byte[]>> consumers, Map<String, Integer> topics, Listener listener) {
        this.consumers = requireNonNull(consumers, "consumers is null");
        this.topics = Map.copyOf(topics);
        this.listener = requireNonNull(listener, "listener is null");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!isClosed()) {
            try (Consumer<byte[], byte[]> consumer = consumers.get()) {
                current = consumer;
                follow(consumer);
            } catch (RuntimeException e) {
                if (!isClosed()) {
                    LOG.debugf(e, "Cannot follow %s", topics.keySet());
                    listener.problem("Kafka does not answer: " + e.getMessage());
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        long assignedAt = 0;
        while (!isClosed()) {
            if (assignedAt == 0 || System.nanoTime() - assignedAt > LOOK_AGAIN.toNanos()) {
                assign(consumer);
                listener.problem(missing(consumer));
                assignedAt = System.nanoTime();
            }
            if (consumer.assignment().isEmpty()) {
                pause();
                assignedAt = 0;
                continue;
            }
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                listener.records(records);
            }
            consumer.assignment().forEach(partition -> positions.put(partition, consumer.position(partition)));
        }
    }

    private void assign(Consumer<byte[], byte[]> consumer) {
        // Asking for one topic that does not exist may create it.
        Map<String, List<PartitionInfo>> existing = consumer.listTopics(LOOKUP);
        List<TopicPartition> partitions = new ArrayList<>();
        topics.keySet().forEach(topic -> existing.getOrDefault(topic, List.of())
                .forEach(info -> partitions.add(new TopicPartition(topic, info.partition()))));
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, LOOKUP);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LOOKUP);
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            long earliest = requireNonNull(beginnings.get(partition));
            long back = requireNonNull(ends.get(partition)) - requireNonNull(topics.get(partition.topic()));
            long position = positions.getOrDefault(partition, back);
            consumer.seek(partition, Math.max(earliest, position));
        }
    }

    private @Nullable String missing(Consumer<byte[], byte[]> consumer) {
        List<String> missing = topics.keySet().stream()
                .filter(topic -> consumer.assignment().stream()
                        .noneMatch(partition -> partition.topic().equals(topic)))
                .sorted()
                .toList();
        return missing.isEmpty() ? null : "There is no topic " + String.join(", ", missing);
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Nothing is told after this. */
    @Override
    public void close() {
        closed.countDown();
        Consumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join(CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
