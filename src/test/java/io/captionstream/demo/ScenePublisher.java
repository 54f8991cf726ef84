package io.captionstream.demo;

import io.captionstream.embedded.Clients;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.Topics;
import io.captionstream.scene.Scene;
import io.captionstream.scene.SceneRenderer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes scenes: as image events without a word, and as labelled pairs. Safe for use by several threads. */
final class ScenePublisher implements AutoCloseable {
    private final Topics topics;
    private final SceneRenderer renderer = new SceneRenderer();
    private final KafkaProducer<String, Object> producer;

    ScenePublisher(DemoApplication application, Topics topics) {
        this.topics = topics;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", application.bootstrapServers()),
                new StringSerializer(),
                Clients.eventSerializer(application.registryUrl()));
    }

    void publishImage(String id, Scene scene) {
        send(
                topics.imageEvents(),
                id,
                ImageEvent.newBuilder()
                        .setId(id)
                        .setContent(ByteBuffer.wrap(jpeg(scene)))
                        .setCreatedAt(Instant.now())
                        .build());
    }

    void publishLabel(String id, Scene scene) {
        send(
                topics.labeledPairs(),
                id,
                LabeledPair.newBuilder()
                        .setId(id)
                        .setContent(ByteBuffer.wrap(jpeg(scene)))
                        .setCaptions(List.of(scene.caption()))
                        .setSource("demo")
                        .setLabeledAt(Instant.now())
                        .build());
    }

    private void send(String topic, String id, Object event) {
        producer.send(new ProducerRecord<>(topic, id, event), (metadata, error) -> {
            if (error != null) {
                System.err.println("Could not publish " + id + ": " + error.getMessage());
            }
        });
    }

    private byte[] jpeg(Scene scene) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(renderer.render(scene), "jpeg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        producer.close();
    }
}
