package io.captionstream.release;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.UndecodableEventException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The topic of releases, for who asks for it or adds to it once. Nothing keeps two from publishing a release of one model
 * at the same time: then the later one counts.
 */
public final class ReleaseLog {
    private static final Logger LOG = Logger.getLogger(ReleaseLog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Supplier<? extends Consumer<byte[], byte[]>> consumers;
    private final Supplier<? extends Producer<byte[], byte[]>> producers;
    private final ConfluentEventCodec codec;
    private final String topic;

    /**
     * @param consumers make a consumer without group and committing nothing, that reads what is committed
     * @param producers make a producer that waits for all replicas
     */
    public ReleaseLog(
            Supplier<? extends Consumer<byte[], byte[]>> consumers,
            Supplier<? extends Producer<byte[], byte[]>> producers,
            ConfluentEventCodec codec,
            String topic) {
        this.consumers = requireNonNull(consumers, "consumers is null");
        this.producers = requireNonNull(producers, "producers is null");
        this.codec = requireNonNull(codec, "codec is null");
        this.topic = requireNonNull(topic, "topic is null");
    }

    /**
     * The newest release of each model, by name. What cannot be decoded is left out and named in the log.
     *
     * @throws IOException if the broker does not answer or there is no such topic
     */
    public Map<String, ModelRelease> read() throws IOException {
        Map<String, ModelRelease> newest = new TreeMap<>();
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic, PATIENCE).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new IOException("There is no topic %s; create it first".formatted(topic));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    add(newest, record);
                    deadline = System.nanoTime() + PATIENCE.toNanos();
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("%s could not be read within %s".formatted(topic, PATIENCE));
                }
            }
        } catch (KafkaException e) {
            throw new IOException("Cannot read %s: %s".formatted(topic, e.getMessage()), e);
        }
        return newest;
    }

    private void add(Map<String, ModelRelease> newest, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            if (record.key() != null) {
                newest.remove(new String(record.key(), StandardCharsets.UTF_8));
            }
            return;
        }
        try {
            ModelRelease release = codec.decode(topic, record.value(), ModelRelease.class);
            newest.put(release.getModel(), release);
        } catch (UndecodableEventException e) {
            LOG.warnf(
                    "Skipping what is no release at %s-%d@%d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }

    /**
     * Adds a release.
     *
     * @throws IOException if the broker does not acknowledge it; it may have been written nevertheless
     */
    public void publish(ModelRelease release) throws IOException {
        byte[] key = release.getModel().getBytes(StandardCharsets.UTF_8);
        byte[] value = codec.encode(topic, release);
        try (Producer<byte[], byte[]> producer = producers.get()) {
            producer.send(new ProducerRecord<>(topic, key, value)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new IOException("Cannot write to %s: %s".formatted(topic, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while writing to " + topic, e);
        }
    }
}
