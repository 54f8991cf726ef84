package io.captionstream.learning;

import io.captionstream.labels.LabelRules;
import java.time.Clock;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.Stores;

/**
 * Labelled pairs, commands and releases in; reports and releases out.
 *
 * <pre>
 *               ┌─ pairs, progress ──▶ changelogs
 * labeled-pairs ──▶ intake ──▶ labeled-pairs.dlq
 *                     │
 *                     │ how many there are           ┌─ models ──▶ changelog
 * training-commands ──┼──▶ by model (internal) ──▶ trainer ──▶ training-reports
 * model-releases ─────┘                              └───────▶ model-releases
 * </pre>
 *
 * The internal topic gives each model to one task of all trainers, so that no model is trained twice at a time.
 */
public final class LearningTopology {
    /** By image id: the digest of its newest pair. */
    public static final String PAIRS = "labels-taken-in";

    static final String PROGRESS = "label-progress";
    static final String MODELS = "models";
    static final String BY_MODEL = "by-model";

    private LearningTopology() {}

    /**
     * Builds the topology. What it is given is shared by all tasks and stays the caller's to close, after the streams.
     *
     * @param rules which pairs can be learned from
     * @param jobs does the work
     */
    public static Topology build(
            LearningConfig config,
            LearningCodec codec,
            LabelRules rules,
            TrainingJobs jobs,
            Clock clock,
            LearningListener listener) {
        StreamsBuilder builder = new StreamsBuilder();
        Serde<byte[]> bytes = Serdes.ByteArray();
        builder.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(PAIRS), bytes, bytes));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(PROGRESS), Serdes.Integer(), LabelProgress.serde()));
        builder.addStateStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(MODELS), Serdes.String(), ModelState.serde()));

        KStream<byte[], IntakeOutput> intake = stream(
                        builder, "labeled-pairs", config.topics().labeledPairs(), clock)
                .process(() -> new LabelIntake(config, rules, listener), Named.as("intake"), PAIRS, PROGRESS);
        intake.filter((key, output) -> output instanceof IntakeOutput.DeadLetter, Named.as("refused"))
                .mapValues(output -> ((IntakeOutput.DeadLetter) output).value(), Named.as("as-received"))
                .to(
                        config.topics().labelDeadLetters(),
                        Produced.with(bytes, bytes).withName("label-dead-letters"));

        KStream<byte[], Signal> labels = intake.filter((key, output) -> output instanceof Signal, Named.as("taken-in"))
                .mapValues(Signal.class::cast, Named.as("labels"));
        KStream<byte[], Signal> commands = stream(
                        builder, "commands", config.topics().trainingCommands(), clock)
                .filter((key, value) -> key != null && value != null, Named.as("real-commands"))
                .processValues(() -> new Received(Signal::command), Named.as("as-command"));
        KStream<byte[], Signal> releases = stream(
                        builder, "releases", config.topics().modelReleases(), clock)
                .filter((key, value) -> key != null && value != null, Named.as("real-releases"))
                .processValues(() -> new Received(Signal::release), Named.as("as-release"));

        KStream<byte[], ModelOutput> outputs = labels.merge(commands, Named.as("labels-commands"))
                .merge(releases, Named.as("signals"))
                .repartition(Repartitioned.with(bytes, Signal.serde())
                        .withName(BY_MODEL)
                        .withNumberOfPartitions(config.partitions()))
                .process(() -> new ModelTrainer(config, codec, jobs, clock, listener), Named.as("trainer"), MODELS);
        outputs.filter((key, output) -> output instanceof ModelOutput.Report, Named.as("reports"))
                .mapValues(ModelOutput::value, Named.as("report-values"))
                .to(
                        config.topics().trainingReports(),
                        Produced.with(bytes, bytes).withName("training-reports"));
        outputs.filter((key, output) -> output instanceof ModelOutput.Release, Named.as("new-releases"))
                .mapValues(ModelOutput::value, Named.as("release-values"))
                .to(config.topics().modelReleases(), Produced.with(bytes, bytes).withName("model-releases"));
        return builder.build();
    }

    /** Makes signals that know where they were read. */
    private static final class Received extends ContextualFixedKeyProcessor<byte[], byte[], Signal> {
        @FunctionalInterface
        private interface Kind {
            Signal signal(int partition, long offset, byte[] value);
        }

        private final Kind kind;

        Received(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void process(FixedKeyRecord<byte[], byte[]> record) {
            RecordMetadata origin =
                    context().recordMetadata().orElseThrow(() -> new IllegalStateException("record has no origin"));
            context().forward(record.withValue(kind.signal(origin.partition(), origin.offset(), record.value())));
        }
    }

    private static KStream<byte[], byte[]> stream(StreamsBuilder builder, String name, String topic, Clock clock) {
        return builder.stream(
                topic,
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                        .withName(name)
                        .withOffsetResetPolicy(AutoOffsetReset.earliest())
                        // A record without a time of its own must not stop the stream: it came now.
                        .withTimestampExtractor(
                                (event, partitionTime) -> event.timestamp() >= 0 ? event.timestamp() : clock.millis()));
    }
}
