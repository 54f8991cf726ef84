package io.captionstream.coco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.LabeledPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairTopicTest {
    private static final PairTopic.Target TARGET = new PairTopic.Target("pairs", "s3://bucket/coco/", "coco");

    @TempDir
    Path folder;

    private MockProducer<String, byte[]> producer =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());

    @Test
    void shouldSendPairsKeyedByImage() throws IOException {
        try (PairTopic topic = open("a")) {
            topic.add(0, new CocoImage("7", "val 2014/a&b.jpg", List.of("A dog."), "train"));
        }

        ProducerRecord<String, byte[]> sent = producer.history().get(0);
        assertThat(sent.topic()).isEqualTo("pairs");
        assertThat(sent.key()).isEqualTo("7");
        assertThat(new String(sent.value(), StandardCharsets.UTF_8))
                .isEqualTo("7 s3://bucket/coco/val%202014/a&b.jpg [A dog.] coco");
    }

    @Test
    void shouldGoOnAfterTheLastPairBeforeWhichAllAreAcknowledged() throws IOException {
        PairTopic topic = open("a");
        topic.leaveOut(0);
        for (int position = 1; position <= 3; position++) {
            topic.add(position, image(position));
        }
        // The first comes through; the second, of another partition perhaps, is still under way when the third fails.
        producer.completeNext();
        assertThat(closeAndPosition(topic)).isEqualTo(2);

        producer = new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
        try (PairTopic again = open("a")) {
            assertThat(again.has(1, image(1))).isTrue();
            assertThat(again.has(2, image(2))).isFalse();
            again.add(2, image(2));
            again.add(3, image(3));
            again.complete();
        }
        assertThat(producer.history()).extracting(ProducerRecord::key).containsExactly("2", "3");
        assertThat(position()).isEqualTo(4);
    }

    @Test
    void shouldFailWithTheFirstFailureOfTheBroker() throws IOException {
        PairTopic topic = open("a");
        topic.add(0, image(0));
        producer.errorNext(new TimeoutException("nobody there"));

        assertThatThrownBy(() -> topic.add(1, image(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("A pair could not be sent to pairs: nobody there");
        assertThat(closeAndPosition(topic)).isZero();
    }

    @Test
    void shouldNotGoOnFromAnotherImport() throws IOException {
        open("a").close();

        assertThatThrownBy(() -> open("b")).isInstanceOf(IOException.class).hasMessageContaining("another import");
    }

    private PairTopic open(String origin) throws IOException {
        return new PairTopic(producer, PairTopicTest::text, TARGET, progress(), origin);
    }

    private long closeAndPosition(PairTopic topic) throws IOException {
        topic.close();
        return position();
    }

    private long position() throws IOException {
        return Objects.requireNonNull(ImportState.read(progress(), "a")).position();
    }

    private Path progress() {
        return folder.resolve("progress");
    }

    private static CocoImage image(int id) {
        return new CocoImage(Integer.toString(id), id + ".jpg", List.of("a dog"), null);
    }

    private static byte[] text(LabeledPair pair) {
        return "%s %s %s %s"
                .formatted(pair.getId(), pair.getUri(), pair.getCaptions(), pair.getSource())
                .getBytes(StandardCharsets.UTF_8);
    }
}
