package io.captionstream.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.connection.Connection;
import io.captionstream.connection.ConnectionSettings;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.DeadLetterHeaders;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dead letters on a real broker, written in transactions as the service writes them. */
class DeadLetterLogIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String source = "images-" + UUID.randomUUID();
    private final String topic = source + ".dlq";
    private final Connection connection = new Connection(new ConnectionSettings(
            stack.broker().bootstrapServers(), Map.of(), stack.registry().url(), Map.of()));
    private Producer<byte[], byte[]> producer;
    private DeadLetterLog log;

    @BeforeEach
    void open() throws IOException {
        stack.broker().createTopics(2, source, topic);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers(), "transactional.id", topic),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        log = DeadLetterLog.open(connection, topic, source);
    }

    @AfterEach
    void close() throws IOException {
        log.close();
        producer.close();
        connection.close();
    }

    @Test
    void shouldFindTheNewestOfAllPartitions() {
        // Each in a transaction of its own, so that every second offset is a marker, over several windows of reading.
        for (int i = 0; i < 400; i++) {
            write(i % 2, "key-" + i, headers(i % 50 == 0 ? "NOT_FOUND" : "TIMEOUT", i));
        }

        assertThat(log.newest(3, letter -> true))
                .extracting(DeadLetter::key)
                .containsExactly("key-399", "key-398", "key-397");
        assertThat(log.newest(3, letter -> letter.code().equals("NOT_FOUND")))
                .extracting(DeadLetter::key)
                .containsExactly("key-350", "key-300", "key-250");
        assertThat(log.newest(500, letter -> true)).hasSize(400);
        assertThat(log.newest(1, letter -> letter.code().equals("NONE"))).isEmpty();
    }

    @Test
    void shouldTellWhatTheHeadersSay() {
        RecordMetadata written = write(1, "cat", headers("TIMEOUT", 17));
        RecordMetadata bare = write(0, null, new RecordHeaders());

        assertThat(log.find(new TopicPartition(topic, 1), written.offset())).hasValueSatisfying(letter -> {
            assertThat(letter.position()).isEqualTo(topic + "-1@" + written.offset());
            assertThat(letter.at().toEpochMilli()).isEqualTo(written.timestamp());
            assertThat(letter.key()).isEqualTo("cat");
            assertThat(letter.code()).isEqualTo("TIMEOUT");
            assertThat(letter.stage()).isEqualTo("FETCH");
            assertThat(letter.reason()).isEqualTo("it took too long");
            assertThat(letter.sourceTopic()).isEqualTo(source);
            assertThat(letter.sourcePartition()).isEqualTo(1);
            assertThat(letter.sourceOffset()).isEqualTo(17);
        });
        assertThat(log.find(new TopicPartition(topic, 0), bare.offset())).hasValueSatisfying(letter -> {
            assertThat(letter.key()).isNull();
            assertThat(letter.code()).isEqualTo("UNKNOWN");
            assertThat(letter.sourceTopic()).isEmpty();
            assertThat(letter.sourceOffset()).isEqualTo(-1);
        });
        // The marker of the transaction is no letter.
        assertThat(log.find(new TopicPartition(topic, 1), written.offset() + 1)).isEmpty();
        assertThat(log.find(new TopicPartition(topic, 1), written.offset() + 2)).isEmpty();
        assertThat(log.find(new TopicPartition(topic, 9), 0)).isEmpty();
        assertThat(log.find(new TopicPartition(source, 0), 0)).isEmpty();
    }

    @Test
    void shouldSendALetterBackAsItWasReceived() throws Exception {
        Headers headers = headers("TIMEOUT", 17);
        headers.add("trace", "abc".getBytes(UTF_8));
        RecordMetadata written = write(1, "cat", headers);
        DeadLetter letter = find(written);

        RecordMetadata again = log.retry(letter).get(30, TimeUnit.SECONDS);

        assertThat(again.topic()).isEqualTo(source);
        ConsumerRecord<byte[], byte[]> sent = read(again);
        assertThat(new String(sent.key(), UTF_8)).isEqualTo("cat");
        assertThat(new String(sent.value(), UTF_8)).isEqualTo("value of cat");
        assertThat(sent.headers())
                .extracting(Header::key)
                .containsExactlyInAnyOrder("trace", DeadLetterHeaders.RETRY_OF);
        assertThat(DeadLetter.header(sent, DeadLetterHeaders.RETRY_OF, "")).isEqualTo(letter.position());
    }

    @Test
    void shouldNameOnlyTheLastLetterOfARecordThatFailedTwice() throws Exception {
        Headers headers = headers("TIMEOUT", 17);
        headers.add(DeadLetterHeaders.RETRY_OF, "an earlier one".getBytes(UTF_8));
        DeadLetter letter = find(write(0, "cat", headers));

        ConsumerRecord<byte[], byte[]> sent = read(log.retry(letter).get(30, TimeUnit.SECONDS));

        assertThat(sent.headers().headers(DeadLetterHeaders.RETRY_OF)).hasSize(1);
        assertThat(DeadLetter.header(sent, DeadLetterHeaders.RETRY_OF, "")).isEqualTo(letter.position());
    }

    @Test
    void shouldNotSendWhatCannotBeTriedAgain() {
        Headers omitted = headers("EVENT_TOO_LARGE", 17);
        omitted.add(DeadLetterHeaders.OMITTED_BYTES, "99999999".getBytes(UTF_8));
        Headers elsewhere = DeadLetterHeaders.of(new RecordHeaders())
                .failure("TIMEOUT", "it took too long", "X")
                .origin("model-releases", 0, 1)
                .headers();
        DeadLetter gone = new DeadLetter(
                new TopicPartition(topic, 0), 1000, Instant.EPOCH, null, "TIMEOUT", "", "", source, 0, 0);

        assertRefused(find(write(0, "large", omitted)), "too large to be kept");
        assertRefused(find(write(0, "stray", elsewhere)), "it came from model-releases, and only records of " + source);
        assertRefused(find(write(0, "bare", new RecordHeaders())), "an unknown topic");
        assertRefused(gone, "There is no dead letter " + gone.position());
    }

    @Test
    void shouldSayWhichTopicIsMissing() {
        assertThatThrownBy(() -> DeadLetterLog.open(connection, "no-such-topic", source))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-topic");
    }

    private void assertRefused(DeadLetter letter, String why) {
        assertThatThrownBy(() -> log.retry(letter).get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    private DeadLetter find(RecordMetadata written) {
        return log.find(new TopicPartition(written.topic(), written.partition()), written.offset())
                .orElseThrow();
    }

    private ConsumerRecord<byte[], byte[]> read(RecordMetadata written) throws IOException {
        // The same reading serves for any topic.
        try (DeadLetterLog sources = DeadLetterLog.open(connection, written.topic(), "none")) {
            return sources.record(new TopicPartition(written.topic(), written.partition()), written.offset())
                    .orElseThrow();
        }
    }

    private Headers headers(String code, long offset) {
        return DeadLetterHeaders.of(new RecordHeaders())
                .failure(code, "it took too long", "io.captionstream.image.ImageException")
                .with(DeadLetterHeaders.STAGE, "FETCH")
                .origin(source, 1, offset)
                .headers();
    }

    private RecordMetadata write(int partition, @Nullable String key, Headers headers) {
        producer.beginTransaction();
        Future<RecordMetadata> written = producer.send(new ProducerRecord<>(
                topic,
                partition,
                null,
                key == null ? null : key.getBytes(UTF_8),
                ("value of " + key).getBytes(UTF_8),
                headers));
        producer.commitTransaction();
        try {
            return written.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("Not written", e);
        }
    }
}
