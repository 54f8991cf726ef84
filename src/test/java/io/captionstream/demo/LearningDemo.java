package io.captionstream.demo;

import io.captionstream.embedded.Clients;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingReport;
import io.captionstream.scene.Scene;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Shows the service getting better while it runs. It starts from first versions that saw little; scenes flow as image
 * events all the time, and lessons as labelled pairs beside them. What the trainer makes of those is promoted and swapped
 * in while captions go on. Then a shape appears that nobody has taught so far.
 */
final class LearningDemo {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Captions by which a version is judged when the demo ends by itself. */
    private static final int ENOUGH = 20;

    private final DemoOptions options;
    private final DemoApplication application;
    private final Topics topics = Topics.defaults();
    private final KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();
    private final Map<String, Sent> sent = new HashMap<>();
    private final RecentScore score = new RecentScore();
    private final Curriculum curriculum = new Curriculum(Demo.LEARNER);
    private final Map<String, ModelCaption> latest = new TreeMap<>();
    private long published;
    private long lastOutcome = System.nanoTime();

    private record Sent(Lesson lesson, String truth) {}

    LearningDemo(DemoOptions options, DemoApplication application) {
        this.options = options;
        this.application = application;
        deserializer.configure(
                Map.of("schema.registry.url", application.registryUrl(), "specific.avro.reader", true), false);
    }

    /** Returns the summary; never, if it is endless. */
    String run() {
        try (KafkaConsumer<String, byte[]> consumer = Clients.committedReader(
                        application.bootstrapServers(),
                        List.of(topics.captionEvents(), topics.deadLetters(), topics.trainingReports()));
                ScenePublisher publisher = new ScenePublisher(application, topics);
                Teacher teacher = new Teacher(publisher, options.seed() + 1)) {
            long start = System.nanoTime();
            curriculum.begin(teacher);
            while (options.endless() || !isShown()) {
                publishDue(publisher, start);
                consumer.poll(POLL).forEach(this::print);
                curriculum.advance(teacher);
                checkProgress();
            }
            return summary((System.nanoTime() - start) / 1_000_000_000);
        }
    }

    private void publishDue(ScenePublisher publisher, long start) {
        while (published <= (System.nanoTime() - start) / 1e9 * options.rate()) {
            publish(publisher);
        }
    }

    private void publish(ScenePublisher publisher) {
        // What is taught comes up in what is asked.
        Scene scene = curriculum.lesson().scene(options.seed(), published);
        Lesson lesson = curriculum.lesson().isNew(published) ? Lesson.NEW : Lesson.KNOWN;
        String id = "scene-%06d".formatted(++published);
        sent.put(id, new Sent(lesson, scene.caption()));
        publisher.publishImage(id, scene);
    }

    private void print(ConsumerRecord<String, byte[]> record) {
        if (record.topic().equals(topics.trainingReports())) {
            TrainingReport report = (TrainingReport) deserializer.deserialize(record.topic(), record.value());
            curriculum.onReport(report);
            System.out.println(ReportLines.of(report));
            return;
        }
        Sent scene = record.key() == null ? null : sent.remove(record.key());
        if (scene != null) {
            lastOutcome = System.nanoTime();
        }
        if (record.topic().equals(topics.deadLetters())) {
            System.out.printf("%s  dead letter: %s%n", record.key(), DeadLetterReason.of(record.headers()));
            return;
        }
        print((CaptionEvent) deserializer.deserialize(record.topic(), record.value()), scene);
    }

    private void print(CaptionEvent event, @Nullable Sent scene) {
        for (ModelCaption caption : event.getCaptions()) {
            curriculum.onVersion(caption.getModel(), caption.getVersion());
            latest.put(caption.getModel(), caption);
            if (scene != null) {
                score.add(caption, scene.lesson(), scene.truth());
            }
        }
        System.out.print(CaptionLines.of(
                event,
                scene == null ? null : scene.truth(),
                caption -> scene == null ? "" : "   [" + score.describe(caption, scene.lesson()) + "]"));
    }

    /** Whether all lessons have been learned and the versions that came of them have captioned enough to be judged. */
    private boolean isShown() {
        ModelCaption caption = latest.get(Demo.LEARNER);
        return curriculum.isOver()
                && caption != null
                && score.captions(caption, Lesson.KNOWN) >= ENOUGH
                && score.captions(caption, Lesson.NEW) >= ENOUGH;
    }

    private String summary(long seconds) {
        return "Learned in %d s: %s"
                .formatted(
                        seconds,
                        latest.values().stream()
                                .map(caption -> String.format(
                                        Locale.ROOT,
                                        "%s %s: %.0f%% of known and %.0f%% of new scenes exact",
                                        caption.getModel(),
                                        caption.getVersion(),
                                        100 * score.exact(caption, Lesson.KNOWN),
                                        100 * score.exact(caption, Lesson.NEW)))
                                .collect(Collectors.joining("; ")));
    }

    private void checkProgress() {
        if (!application.isAlive()) {
            throw new IllegalStateException("The service has ended");
        }
        if (!sent.isEmpty() && System.nanoTime() - lastOutcome > PATIENCE.toNanos()) {
            throw new IllegalStateException("No caption for " + PATIENCE + "; waiting for " + sent.size());
        }
    }
}
