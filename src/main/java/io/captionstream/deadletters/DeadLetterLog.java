package io.captionstream.deadletters;

import static com.google.common.base.Preconditions.checkArgument;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import io.captionstream.connection.LogReader;
import io.captionstream.event.DeadLetterHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic of dead letters, read without a consumer group: nothing is committed, whoever looks changes nothing. Safe for
 * use by several threads, one at a time.
 */
public final class DeadLetterLog implements AutoCloseable {
    private static final List<String> OMITTED =
            List.of(DeadLetterHeaders.OMITTED_BYTES, DeadLetterHeaders.OMITTED_HEADERS, DeadLetterHeaders.OMITTED_KEY);

    /** So many offsets are read at a time, from the end backwards. A committed letter takes up to two of them. */
    private static final int WINDOW = 256;

    private static final int MAX_REQUEST_BYTES = 32 << 20;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final LogReader reader;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final String topic;
    private final String source;
    private @Nullable Producer<byte[], byte[]> producer;

    /**
     * @param reader closed with this
     * @param producers asked once, for the first letter that is tried again
     */
    DeadLetterLog(LogReader reader, Supplier<Producer<byte[], byte[]>> producers, String topic, String source) {
        this.reader = requireNonNull(reader, "reader is null");
        this.producers = requireNonNull(producers, "producers is null");
        this.topic = requireNonNull(topic, "topic is null");
        this.source = requireNonNull(source, "source is null");
    }

    /**
     * Makes sure of the topic.
     *
     * @param connection stays the caller's to close, after this
     * @param topic the dead letters
     * @param source topic whose records they are. Letters are sent to no other topic, whatever their headers say
     * @throws IOException if there is no such topic, or no broker answers
     */
    public static DeadLetterLog open(Connection connection, String topic, String source) throws IOException {
        connection.requireTopics(List.of(topic));
        return new DeadLetterLog(
                new LogReader(connection.reader()),
                () -> connection.writer(
                        new ByteArraySerializer(), Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES)),
                topic,
                source);
    }

    /**
     * The newest letters that a filter lets through, the newest first. A filter that lets little through makes it read
     * the whole topic.
     *
     * @throws UncheckedIOException if no broker answers
     */
    public synchronized List<DeadLetter> newest(int limit, Predicate<DeadLetter> filter) {
        checkArgument(limit > 0, "limit must be positive: %s", limit);
        return reading(() -> {
            List<DeadLetter> found = new ArrayList<>();
            List<TopicPartition> partitions = reader.partitions(topic);
            Map<TopicPartition, Long> beginnings = reader.beginnings(partitions);
            reader.ends(partitions)
                    .forEach((partition, end) -> found.addAll(
                            newest(partition, requireNonNull(beginnings.get(partition)), end, limit, filter)));
            return found.stream()
                    .sorted(Comparator.comparing(DeadLetter::at)
                            .thenComparing(DeadLetter::offset)
                            .reversed())
                    .limit(limit)
                    .toList();
        });
    }

    private List<DeadLetter> newest(
            TopicPartition partition, long begin, long end, int limit, Predicate<DeadLetter> filter) {
        List<DeadLetter> found = new ArrayList<>();
        long to = end;
        while (found.size() < limit && to > begin) {
            long from = Math.max(begin, to - WINDOW);
            List<DeadLetter> window = new ArrayList<>();
            // Values may be large: only what the headers say is kept.
            reader.read(partition, from, to, record -> window.add(DeadLetter.of(record)));
            Collections.reverse(window);
            window.stream().filter(filter).forEach(found::add);
            to = from;
        }
        return found;
    }

    /**
     * The letter at a position.
     *
     * @return empty if there is none, or no longer
     * @throws UncheckedIOException if no broker answers
     */
    public Optional<DeadLetter> find(TopicPartition partition, long offset) {
        return record(partition, offset).map(DeadLetter::of);
    }

    /**
     * The record at a position, with all its headers.
     *
     * @return empty if there is none, or no longer
     * @throws UncheckedIOException if no broker answers
     */
    public synchronized Optional<ConsumerRecord<byte[], byte[]>> record(TopicPartition partition, long offset) {
        return partition.topic().equals(topic) ? reading(() -> reader.record(partition, offset)) : Optional.empty();
    }

    /**
     * Sends the record to the topic it came from: key, value and headers as received, without what dead letters add,
     * with a header that names this letter. Nothing keeps a letter from being sent twice.
     *
     * @return where it was written, when all replicas have it. Fails with an {@link IllegalArgumentException} if the
     *     letter cannot be tried again, which the message explains, and with an {@link IOException} if it was not written
     */
    public CompletableFuture<RecordMetadata> retry(DeadLetter letter) {
        CompletableFuture<RecordMetadata> written = new CompletableFuture<>();
        try {
            ProducerRecord<byte[], byte[]> record = again(letter);
            writer().send(record, (metadata, failure) -> {
                if (failure == null) {
                    written.complete(metadata);
                } else {
                    written.completeExceptionally(notWritten(letter, failure));
                }
            });
        } catch (IllegalArgumentException e) {
            written.completeExceptionally(e);
        } catch (KafkaException | UncheckedIOException e) {
            written.completeExceptionally(notWritten(letter, e));
        }
        return written;
    }

    private ProducerRecord<byte[], byte[]> again(DeadLetter letter) {
        ConsumerRecord<byte[], byte[]> record = record(letter.partition(), letter.offset())
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no dead letter %s, or no longer".formatted(letter.position())));
        String origin = DeadLetter.header(record, DeadLetterHeaders.TOPIC, "");
        checkArgument(
                origin.equals(source),
                "%s is not tried again: it came from %s, and only records of %s are",
                letter.position(),
                origin.isBlank() ? "an unknown topic" : origin,
                source);
        checkArgument(
                OMITTED.stream().allMatch(name -> record.headers().lastHeader(name) == null),
                "%s is not tried again: it was too large to be kept whole. Send the event anew, with a URI; it was at %s-%s@%s",
                letter.position(),
                origin,
                DeadLetter.header(record, DeadLetterHeaders.PARTITION, "?"),
                DeadLetter.header(record, DeadLetterHeaders.OFFSET, "?"));
        Headers headers = DeadLetterHeaders.carriedThrough(record.headers());
        headers.remove(DeadLetterHeaders.RETRY_OF);
        headers.add(DeadLetterHeaders.RETRY_OF, letter.position().getBytes(UTF_8));
        return new ProducerRecord<>(source, null, record.key(), record.value(), headers);
    }

    private synchronized Producer<byte[], byte[]> writer() {
        if (producer == null) {
            producer = producers.get();
        }
        return producer;
    }

    private IOException notWritten(DeadLetter letter, Exception failure) {
        return new IOException(
                "%s was not written to %s: %s".formatted(letter.position(), source, failure.getMessage()), failure);
    }

    private <T> T reading(Supplier<T> work) {
        try {
            return work.get();
        } catch (KafkaException e) {
            String hint = e instanceof RetriableException ? "; try again when the brokers answer" : "";
            String message = "Cannot read %s: %s%s".formatted(topic, e.getMessage(), hint);
            throw new UncheckedIOException(message, new IOException(message, e));
        }
    }

    /** Waits for what was sent, 20 seconds at most. */
    @Override
    public synchronized void close() {
        reader.close();
        if (producer != null) {
            producer.close(CLOSE_TIMEOUT);
        }
    }
}
