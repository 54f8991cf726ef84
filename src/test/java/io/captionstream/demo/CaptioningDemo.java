package io.captionstream.demo;

import io.captionstream.embedded.Clients;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.Topics;
import io.captionstream.scene.Scene;
import io.captionstream.scene.SceneGenerator;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Publishes scenes as image events as fast as captions come back, or at a given rate, and prints what comes back. */
final class CaptioningDemo {
    private static final int MAX_OUTSTANDING = 128;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final DemoOptions options;
    private final DemoApplication application;
    private final Topics topics = Topics.defaults();
    private final SceneGenerator scenes;
    private final Map<String, String> truths = new ConcurrentHashMap<>();
    private final Score score = new Score(Demo.MODELS);
    private final KafkaAvroDeserializer deserializer;
    private long lastOutcome = System.nanoTime();

    CaptioningDemo(DemoOptions options, DemoApplication application) {
        this.options = options;
        this.application = application;
        this.scenes = new SceneGenerator(options.seed());
        this.deserializer = new KafkaAvroDeserializer();
        deserializer.configure(
                Map.of("schema.registry.url", application.registryUrl(), "specific.avro.reader", true), false);
    }

    /** Returns the summary; never, if it is endless. */
    String run() {
        try (KafkaConsumer<String, byte[]> consumer = Clients.committedReader(
                        application.bootstrapServers(), List.of(topics.captionEvents(), topics.deadLetters()));
                ScenePublisher publisher = new ScenePublisher(application, topics)) {
            return publishAndPrint(publisher, consumer);
        }
    }

    private String publishAndPrint(ScenePublisher publisher, KafkaConsumer<String, byte[]> consumer) {
        long start = System.nanoTime();
        long published = 0;
        lastOutcome = start;
        while (options.endless() || score.outcomes() < options.events()) {
            while (mayPublish(published, start)) {
                publish(publisher, published++);
            }
            consumer.poll(POLL).forEach(this::print);
            checkProgress();
        }
        return score.summary((lastOutcome - start) / 1e9);
    }

    private boolean mayPublish(long published, long start) {
        if (!options.endless() && published >= options.events()) {
            return false;
        }
        if (published - score.outcomes() >= MAX_OUTSTANDING) {
            return false;
        }
        return options.rate() == 0 || published <= (System.nanoTime() - start) / 1e9 * options.rate();
    }

    private void publish(ScenePublisher publisher, long number) {
        Scene scene = scenes.scene(number);
        String id = "scene-%06d".formatted(number + 1);
        truths.put(id, scene.caption());
        publisher.publishImage(id, scene);
        score.published();
    }

    private void print(ConsumerRecord<String, byte[]> record) {
        String truth = record.key() == null ? null : truths.remove(record.key());
        boolean own = truth != null;
        if (own) {
            lastOutcome = System.nanoTime();
        }
        if (record.topic().equals(topics.deadLetters())) {
            if (own) {
                score.deadLettered();
            }
            System.out.printf("%s  dead letter: %s%n", record.key(), DeadLetterReason.of(record.headers()));
            return;
        }
        CaptionEvent event = (CaptionEvent) deserializer.deserialize(record.topic(), record.value());
        if (own) {
            score.captioned(
                    event.getCaptions().stream()
                            .collect(Collectors.toMap(ModelCaption::getModel, ModelCaption::getCaption)),
                    truth);
        }
        System.out.print(CaptionLines.of(event, truth, caption -> ""));
    }

    private void checkProgress() {
        if (!application.isAlive()) {
            throw new IllegalStateException("The service has ended");
        }
        boolean waiting = !truths.isEmpty();
        if (waiting && System.nanoTime() - lastOutcome > PATIENCE.toNanos()) {
            throw new IllegalStateException("No caption for " + PATIENCE + "; waiting for " + truths.size());
        }
        if (!waiting) {
            lastOutcome = Math.max(lastOutcome, System.nanoTime() - PATIENCE.toNanos() / 2);
        }
    }
}
