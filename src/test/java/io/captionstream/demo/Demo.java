package io.captionstream.demo;

import io.captionstream.embedded.Clients;
import io.captionstream.event.CaptionAlternative;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.Topics;
import io.captionstream.scene.Scene;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.SceneRenderer;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Shows the service at work: publishes scenes it was not trained on as image events and prints what comes back beside
 * what is true.
 */
public final class Demo {
    private static final List<String> MODELS = List.of("resnet50-lstm", "inceptionv3-glove");
    private static final int MAX_OUTSTANDING = 128;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final DemoOptions options;
    private final DemoApplication application;
    private final Topics topics = Topics.defaults();
    private final SceneGenerator scenes;
    private final SceneRenderer renderer = new SceneRenderer();
    private final Map<String, String> truths = new ConcurrentHashMap<>();
    private final Score score = new Score(MODELS);
    private final KafkaAvroDeserializer deserializer;
    private long lastOutcome = System.nanoTime();

    private Demo(DemoOptions options, DemoApplication application) {
        this.options = options;
        this.application = application;
        this.scenes = new SceneGenerator(options.seed());
        this.deserializer = new KafkaAvroDeserializer();
        deserializer.configure(
                Map.of("schema.registry.url", application.registryUrl(), "specific.avro.reader", true), false);
    }

    public static void main(String[] args) {
        DemoOptions options = DemoOptions.fromSystemProperties();
        System.out.println("Starting broker, registry and service ...");
        try (DemoApplication application = DemoApplication.start(options, MODELS)) {
            Runtime.getRuntime().addShutdownHook(new Thread(application::close));
            Instructions.print(application, Topics.defaults());
            Demo demo = new Demo(options, application);
            String summary = demo.run();
            application.close();
            System.out.println(summary);
        }
    }

    private String run() {
        try (KafkaConsumer<String, byte[]> consumer = Clients.committedReader(
                        application.bootstrapServers(), List.of(topics.captionEvents(), topics.deadLetters()));
                KafkaProducer<String, Object> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", application.bootstrapServers()),
                        new StringSerializer(),
                        Clients.eventSerializer(application.registryUrl()))) {
            return publishAndPrint(producer, consumer);
        }
    }

    private String publishAndPrint(KafkaProducer<String, Object> producer, KafkaConsumer<String, byte[]> consumer) {
        long start = System.nanoTime();
        long published = 0;
        lastOutcome = start;
        while (options.endless() || score.outcomes() < options.events()) {
            while (mayPublish(published, start)) {
                publish(producer, published++);
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

    private void publish(KafkaProducer<String, Object> producer, long number) {
        Scene scene = scenes.scene(number);
        String id = "scene-%06d".formatted(number + 1);
        truths.put(id, scene.caption());
        ImageEvent event = ImageEvent.newBuilder()
                .setId(id)
                .setContent(ByteBuffer.wrap(jpeg(scene)))
                .setCreatedAt(Instant.now())
                .build();
        producer.send(new ProducerRecord<>(topics.imageEvents(), id, event), (metadata, error) -> {
            if (error != null) {
                System.err.println("Could not publish " + id + ": " + error.getMessage());
            }
        });
        score.published();
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
        print(event, truth);
    }

    private static void print(CaptionEvent event, @org.jspecify.annotations.Nullable String truth) {
        StringBuilder lines = new StringBuilder();
        lines.append(event.getId());
        lines.append(truth == null ? "  (yours)" : "  truth: " + truth).append('\n');
        for (ModelCaption caption : event.getCaptions()) {
            String mark = truth == null ? " " : caption.getCaption().equals(truth) ? "✓" : "✗";
            lines.append(String.format(
                    Locale.ROOT,
                    "  %s %-18s %s%n",
                    mark,
                    caption.getModel(),
                    describe(caption.getAlternatives().get(0))));
            caption.getAlternatives().stream()
                    .skip(1)
                    .forEach(alternative ->
                            lines.append(String.format(Locale.ROOT, "    %-18s %s%n", "", describe(alternative))));
        }
        System.out.print(lines);
    }

    private static String describe(CaptionAlternative alternative) {
        return String.format(
                Locale.ROOT, "%5.1f%%  %s", 100 * Math.exp(alternative.getLogProbability()), alternative.getText());
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
