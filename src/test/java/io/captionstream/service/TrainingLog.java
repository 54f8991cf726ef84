package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics of a test of training: writes labels and commands, keeps what was committed of the rest. */
final class TrainingLog implements AutoCloseable {
    private static final Set<String> ENDS = Set.of("promoted", "rejected", "stopped");

    private final EmbeddedStack stack;
    private final Set<String> unwanted;
    private final Topics topics = Topics.prefixed("train-" + UUID.randomUUID() + "-");
    private final KafkaAvroSerializer serializer;
    private final KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TrainingReport> reports = new ArrayList<>();
    private final List<ModelRelease> releases = new ArrayList<>();
    private final List<ConsumerRecord<String, byte[]>> deadLetters = new ArrayList<>();

    /** @param unwanted phases that no run of the test should come to */
    TrainingLog(EmbeddedStack stack, int partitions, Set<String> unwanted) throws Exception {
        this.stack = stack;
        this.unwanted = Set.copyOf(unwanted);
        stack.broker().createAllTopics(partitions, topics);
        String registry = stack.registry().url();
        try (CachedSchemaRegistryClient client = new CachedSchemaRegistryClient(registry, 100)) {
            new SchemaRegistrar(client).register(EventSchemas.byTopic(topics));
        }
        serializer = Clients.eventSerializer(registry);
        deserializer.configure(Map.of("schema.registry.url", registry, "specific.avro.reader", true), false);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
        consumer = Clients.committedReader(
                stack.broker().bootstrapServers(),
                List.of(topics.trainingReports(), topics.modelReleases(), topics.labelDeadLetters()));
    }

    Topics topics() {
        return topics;
    }

    /** Settings of a service on these topics. */
    Map<String, String> serviceProperties() {
        Map<String, String> properties = new HashMap<>();
        properties.put("captionstream.topics.image-events", topics.imageEvents());
        properties.put("captionstream.topics.caption-events", topics.captionEvents());
        properties.put("captionstream.topics.dead-letters", topics.deadLetters());
        properties.put("captionstream.topics.shadow-captions", topics.shadowCaptions());
        properties.put("captionstream.topics.labeled-pairs", topics.labeledPairs());
        properties.put("captionstream.topics.label-dead-letters", topics.labelDeadLetters());
        properties.put("captionstream.topics.model-releases", topics.modelReleases());
        properties.put("captionstream.topics.training-commands", topics.trainingCommands());
        properties.put("captionstream.topics.training-reports", topics.trainingReports());
        properties.put("captionstream.training.application-id", topics.labeledPairs() + "-app");
        // What a killed instance held is free again after these.
        properties.put("captionstream.kafka.properties.\"session.timeout.ms\"", "6000");
        properties.put("captionstream.kafka.properties.\"heartbeat.interval.ms\"", "1000");
        return properties;
    }

    void label(LabeledPair pair) {
        send(topics.labeledPairs(), pair.getId(), pair);
    }

    void command(String model, String action) {
        send(
                topics.trainingCommands(),
                model,
                TrainingCommand.newBuilder()
                        .setModel(model)
                        .setAction(action)
                        .setRequestedBy("the test")
                        .setRequestedAt(Instant.now())
                        .build());
    }

    void release(ModelRelease release) {
        send(topics.modelReleases(), release.getModel(), release);
    }

    private void send(String topic, String key, SpecificRecord event) {
        var unused = producer.send(new ProducerRecord<>(topic, key, serializer.serialize(topic, event)));
    }

    void flush() {
        producer.flush();
    }

    /** Reads on. */
    void poll() {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> {
            if (record.topic().equals(topics.trainingReports())) {
                TrainingReport report = (TrainingReport) deserializer.deserialize(record.topic(), record.value());
                assertThat(report.getPhase()).as(report.toString()).isNotIn(unwanted);
                reports.add(report);
            } else if (record.topic().equals(topics.modelReleases())) {
                releases.add((ModelRelease) deserializer.deserialize(record.topic(), record.value()));
            } else {
                deadLetters.add(record);
            }
        });
    }

    /** Committed so far, oldest first. */
    List<TrainingReport> reports(String model) {
        return reports.stream()
                .filter(report -> report.getModel().equals(model))
                .toList();
    }

    int reported() {
        return reports.size();
    }

    /** Committed so far, oldest first. */
    List<ModelRelease> releases(String model) {
        return releases.stream()
                .filter(release -> release.getModel().equals(model))
                .toList();
    }

    List<ConsumerRecord<String, byte[]>> deadLetters() {
        return List.copyOf(deadLetters);
    }

    /**
     * Holds the reports of a model to what they should be: runs one after another, each begun once, its epochs in order
     * and once, ended once; and a release for each that was promoted.
     */
    void verifyRuns(String model) {
        String running = null;
        int epochs = 0;
        List<String> promoted = new ArrayList<>();
        for (TrainingReport report : reports(model)) {
            if (report.getPhase().equals("started")) {
                assertThat(running).as("run before %s", report.getRunId()).isNull();
                running = report.getRunId();
                epochs = 0;
                continue;
            }
            assertThat(report.getRunId()).isEqualTo(running);
            if (report.getPhase().equals("epoch")) {
                epochs++;
                assertThat(report.getEpoch()).isEqualTo(epochs);
            }
            if (report.getPhase().equals("promoted")) {
                promoted.add(report.getCandidateDigest());
            }
            if (ENDS.contains(report.getPhase())) {
                running = null;
            }
        }
        assertThat(releases(model)).extracting(ModelRelease::getDigest).containsExactlyElementsOf(promoted);
        assertThat(promoted).doesNotHaveDuplicates();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
