package io.captionstream.release;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import java.nio.charset.StandardCharsets;
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
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Follows the topic of releases from its beginning: every instance reads all of it, without a consumer group, so that all
 * end with the same versions. What is read up to the end at the start is told at once, only the newest release of each
 * model; later ones as they come. A value that is no release is skipped and named in the log; so is a model without a
 * value, which changes nothing while this runs. Topic, broker and registry may be away: then it waits and goes on.
 */
public final class ReleaseFollower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReleaseFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration LOOKUP = Duration.ofSeconds(10);
    private static final RetryDelay PAUSES = new RetryDelay(Duration.ofMillis(250), Duration.ofSeconds(10));
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final String topic;
    private final ReleaseDecoder decoder;
    private final java.util.function.Consumer<ModelRelease> sink;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "model-releases");
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private int failures;

    private volatile @Nullable Consumer<byte[], byte[]> current;

    /**
     * @param consumers make a consumer without group and committing nothing, that reads what is committed, from the
     *     beginning where its position is lost
     * @param sink is told the releases, from this one's thread. What it throws is logged; the release is not told again
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

    /** Waits until everything has been told that was in the topic at the start. Returns whether that is so. */
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
            } catch (RuntimeException e) {
                if (!isClosed()) {
                    pauseAfter(e);
                }
            }
        }
    }

    private void pauseAfter(RuntimeException failure) {
        failures++;
        if (failure instanceof KafkaException || failure instanceof RegistryUnavailableException) {
            LOG.warnf(
                    "Cannot follow %s, trying again: %s",
                    topic, Throwables.getRootCause(failure).getMessage());
        } else {
            LOG.errorf(failure, "Cannot follow %s, trying again", topic);
        }
        try {
            closed.await(PAUSES.after(failures).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = assign(consumer);
        if (caughtUp.getCount() > 0) {
            catchUp(consumer, consumer.endOffsets(partitions, LOOKUP));
        }
        while (!isClosed()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                ModelRelease release = release(record);
                if (release != null) {
                    tell(release);
                }
                positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
            failures = 0;
        }
    }

    private List<TopicPartition> assign(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, LOOKUP).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("there is no such topic");
        }
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Long position = positions.get(partition);
            if (position == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, position);
            }
        }
        return partitions;
    }

    private void catchUp(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        Map<String, ModelRelease> newest = new HashMap<>();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                ModelRelease release = release(record);
                if (release != null) {
                    newest.put(release.getModel(), release);
                } else if (record.value() == null && record.key() != null) {
                    newest.remove(new String(record.key(), StandardCharsets.UTF_8));
                }
            }
            if (isClosed()) {
                return;
            }
        }
        newest.values().forEach(this::tell);
        ends.keySet().forEach(partition -> positions.put(partition, consumer.position(partition)));
        caughtUp.countDown();
    }

    private void tell(ModelRelease release) {
        try {
            sink.accept(release);
        } catch (RuntimeException e) {
            LOG.errorf(e, "Version %s of %s cannot be taken in", release.getVersion(), release.getModel());
        }
    }

    /** Null if the record says nothing, or nothing that can be read. */
    private @Nullable ModelRelease release(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            LOG.warnf("%s-%d has no value at offset %d", record.topic(), record.partition(), record.offset());
            return null;
        }
        try {
            ModelRelease release = decoder.decode(record.value());
            Release.of(release);
            Release.trialOf(release);
            return release;
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (UndecodableEventException | RuntimeException e) {
            // Whatever it is, the same comes of it next time: the releases after it must not wait for that.
            LOG.warnf(
                    "Skipping what is no release at %s-%d@%d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
            return null;
        }
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
