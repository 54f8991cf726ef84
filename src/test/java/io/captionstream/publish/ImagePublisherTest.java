package io.captionstream.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.ImageEvent;
import io.captionstream.event.RegistryUnavailableException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class ImagePublisherTest {
    private static final ImageEvent EVENT = ImageEvent.newBuilder()
            .setId("cat")
            .setUri("https://example.org/cat.jpg")
            .build();

    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());

    @Test
    void shouldCompleteWhenTheBrokerHasIt() throws Exception {
        ImagePublisher publisher =
                new ImagePublisher(producer, event -> event.getUri().getBytes(UTF_8), "images");

        CompletableFuture<RecordMetadata> written = publisher.publish(EVENT);

        assertThat(written).isNotDone();
        producer.completeNext();
        assertThat(written.get().topic()).isEqualTo("images");
        ProducerRecord<String, byte[]> sent = producer.history().get(0);
        assertThat(sent.key()).isEqualTo("cat");
        assertThat(new String(sent.value(), UTF_8)).isEqualTo("https://example.org/cat.jpg");
    }

    @Test
    void shouldFailWithWhatTheBrokerSays() {
        ImagePublisher publisher = new ImagePublisher(producer, event -> new byte[1], "images");

        CompletableFuture<RecordMetadata> written = publisher.publish(EVENT);
        producer.errorNext(new RecordTooLargeException("too large"));

        assertThatThrownBy(written::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("cat was not written to images: too large");
    }

    @Test
    void shouldFailWhereTheRegistryDoesNotAnswer() {
        ImagePublisher publisher = new ImagePublisher(
                producer,
                event -> {
                    throw new RegistryUnavailableException("nobody there", new IOException());
                },
                "images");

        assertThatThrownBy(() -> publisher.publish(EVENT).get())
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nobody there");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void shouldCloseTheProducer() {
        new ImagePublisher(producer, event -> new byte[1], "images").close();

        assertThat(producer.closed()).isTrue();
    }
}
