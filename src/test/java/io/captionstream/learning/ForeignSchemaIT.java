package io.captionstream.learning;

import static io.captionstream.learning.FakeWork.MODEL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.ForeignSchemas;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.labels.LabelRules;
import io.captionstream.release.RetryDelay;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer bears what others write with schemas of other formats into its topics: with the real broker and registry. */
class ForeignSchemaIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Topics topics = Topics.prefixed("foreign-" + UUID.randomUUID() + "-");
    private final SchemaRegistryClient registry =
            new CachedSchemaRegistryClient(stack.registry().url(), 100);
    private final ConfluentEventCodec codec = new ConfluentEventCodec(registry, Map.of());
    private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
    private final List<ConsumerRecord<String, byte[]>> deadLetters = new ArrayList<>();
    private final List<TrainingReport> reports = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    void shouldContinueAfterValuesOfOtherFormats() throws Exception {
        stack.broker().createAllTopics(1, topics);
        new SchemaRegistrar(registry).register(EventSchemas.byTopic(topics));
        byte[] model = MODEL.getBytes(UTF_8);
        List<byte[]> foreign = ForeignSchemas.values(stack.registry());
        try (TrainingJobs jobs = new TrainingJobs(new FakeWork(), 1);
                KafkaStreams streams = streams(jobs);
                KafkaConsumer<String, byte[]> consumer = Clients.committedReader(
                        stack.broker().bootstrapServers(),
                        List.of(topics.labelDeadLetters(), topics.trainingReports()));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            streams.start();
            for (byte[] value : foreign) {
                for (String topic : List.of(topics.labeledPairs(), topics.trainingCommands(), topics.modelReleases())) {
                    producer.send(new ProducerRecord<>(topic, model, value)).get();
                }
            }
            send(producer, topics.labeledPairs(), "a", pair());
            send(producer, topics.trainingCommands(), MODEL, command());

            await().atMost(LIMIT).until(() -> {
                poll(consumer);
                return reports.stream().anyMatch(report -> report.getPhase().equals("promoted"));
            });
        }

        assertThat(deaths).isEmpty();
        assertThat(deadLetters).hasSize(2).allSatisfy(letter -> assertThat(
                        letter.headers().lastHeader(DeadLetterHeaders.CODE).value())
                .asString(UTF_8)
                .isEqualTo("WRONG_SCHEMA"));
        assertThat(deadLetters).extracting(ConsumerRecord::value).containsExactlyElementsOf(foreign);
        assertThat(reports)
                .filteredOn(report -> report.getPhase().equals(Reports.FAILED))
                .extracting(TrainingReport::getError)
                .hasSize(2)
                .allSatisfy(error -> assertThat(error).contains("not Avro"));
    }

    private void poll(KafkaConsumer<String, byte[]> consumer) throws Exception {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
            if (record.topic().equals(topics.labelDeadLetters())) {
                deadLetters.add(record);
            } else {
                reports.add(codec.decode(record.topic(), record.value(), TrainingReport.class));
            }
        }
    }

    private KafkaStreams streams(TrainingJobs jobs) {
        LearningConfig config = new LearningConfig(
                topics,
                1,
                Map.of(MODEL, Trigger.every(10)),
                FineTuneConfig.defaults(),
                TrialRules.defaults(),
                new RetryDelay(Duration.ofMinutes(1), Duration.ofHours(1)),
                Duration.ofMillis(100),
                Duration.ofDays(100),
                "here");
        RegistryCodec learningCodec = new RegistryCodec(codec, topics);
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topics.labeledPairs() + "-app");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, stack.broker().bootstrapServers());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        KafkaStreams streams = new KafkaStreams(
                LearningTopology.build(
                        config,
                        learningCodec,
                        new LabelRules(learningCodec::pair, 100),
                        jobs,
                        Clock.systemUTC(),
                        new LearningListener() {}),
                properties);
        streams.setUncaughtExceptionHandler(e -> {
            deaths.add(e);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        return streams;
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, SpecificRecord event)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), codec.encode(topic, event)))
                .get();
    }

    private static LabeledPair pair() {
        return LabeledPair.newBuilder()
                .setId("a")
                .setUri("https://example.org/a.jpg")
                .setCaptions(List.of("a dog"))
                .build();
    }

    private static TrainingCommand command() {
        return TrainingCommand.newBuilder()
                .setModel(MODEL)
                .setAction("train")
                .setRequestedAt(Instant.EPOCH)
                .build();
    }
}
