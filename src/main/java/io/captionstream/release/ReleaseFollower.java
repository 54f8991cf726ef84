package io.captionstream.release;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the topic of releases from its beginning: every instance reads all of it, without a consumer group, so that all
 * end with the same versions. What is read up to the end at the start is told at once, only the newest release of each
 * model; later ones as they come. A value that is no release is skipped and named in the log. Broker and registry may be
 * away: then it waits and goes on.
 */
public final class ReleaseFollower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReleaseFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration LOOKUP = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final ReleaseDecoder decoder;
    private final java.util.function.Consumer<ModelRelease> sink;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "model-releases");
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    private volatile @Nullable Consumer<byte[], byte[]> current;

    /**
     * @param consumers make a consumer without group and committing nothing, that reads what is committed
     * @param sink is told the releases, from this one's thread
     */
    public ReleaseFollower(
            Supplier<Consumer<byte[], byte[]>> consumers,
            String topic,
            ReleaseDecoder decoder,
            java.util.function.Consumer<ModelRelease> sink) {
        this.consumers = requireNonNull(consumers, "consumers is null");
        this.topic = requireNonNull(topic, "topic is null");
        this.decoder = requireNonNull(decoder, "decoder is null");
        this.sink = requireNonNull(sink, "sink is null");
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Waits until everything has been read that was in the topic at the start. Returns whether that is so. */
    public boolean awaitCaughtUp(Duration limit) throws InterruptedException {
        return caughtUp.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        while (!isClosed()) {
            try (Consumer<byte[], byte[]> consumer = consumers.get()) {
                current = consumer;
                if (!isClosed()) {
                    follow(consumer);
                }
            } catch (WakeupException e) {
                if (!isClosed()) {
                    throw e;
                }
            } catch (KafkaException | RegistryUnavailableException e) {
                LOG.warnf("Cannot follow %s, trying again: %s", topic, e.getMessage());
                pause();
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, LOOKUP).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Long position = positions.get(partition);
            if (position == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, position);
            }
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LOOKUP);
        Map<String, ModelRelease> newest = new HashMap<>();
        while (!isClosed() && caughtUp.getCount() > 0) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                ModelRelease release = release(record);
                if (release != null) {
                    newest.put(release.getModel(), release);
                }
            }
            if (ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                newest.values().forEach(sink);
                ends.keySet().forEach(partition -> positions.put(partition, consumer.position(partition)));
                caughtUp.countDown();
            }
        }
        while (!isClosed()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                ModelRelease release = release(record);
                if (release != null) {
                    sink.accept(release);
                }
                positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
        }
    }

    /** Null if the record says nothing, or nothing that can be read. */
    private @Nullable ModelRelease release(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        try {
            ModelRelease release = decoder.decode(record.value());
            Release.of(release);
            Release.trialOf(release);
            return release;
        } catch (UndecodableEventException | IllegalArgumentException e) {
            LOG.errorf(
                    "Skipping what is no release at %s-%d, offset %d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            return null;
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void pause() {
        try {
            closed.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
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
