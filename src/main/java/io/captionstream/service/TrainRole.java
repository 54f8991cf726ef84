package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.finetune.Gate;
import io.captionstream.image.ImageLoader;
import io.captionstream.labels.LabelImages;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabelRules;
import io.captionstream.learning.BundleGarbage;
import io.captionstream.learning.LearningConfig;
import io.captionstream.learning.LearningTopology;
import io.captionstream.learning.ModelStatus;
import io.captionstream.learning.RegistryCodec;
import io.captionstream.learning.ReleasedWork;
import io.captionstream.learning.TrainingJobs;
import io.captionstream.learning.TrainingRun;
import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import io.captionstream.provision.Expectations;
import io.captionstream.release.ReleaseLog;
import io.captionstream.store.BundleStore;
import io.captionstream.streams.Precondition;
import io.captionstream.streams.SchemasRegistered;
import io.captionstream.streams.StreamsRunner;
import io.captionstream.streams.StreamsState;
import io.captionstream.streams.TopicSettings;
import io.captionstream.streams.TopicsExist;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Makes versions of the models from labelled pairs: store, labels, runs, topology, from start to orderly close. */
final class TrainRole implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TrainRole.class);
    private static final int CACHED_SCHEMAS = 1000;

    private final ServiceConfig config;
    private final TrainingSettings settings;
    private final Settings common;
    private final MeterRegistry meters;
    private final Runnable onFailure;
    private final TrainingMetrics metrics;
    /** Closed in reverse. The starter's thread adds the metrics of the topology while another may close the role. */
    private final List<AutoCloseable> resources = new CopyOnWriteArrayList<>();

    private volatile @Nullable StreamsRunner runner;

    TrainRole(ServiceConfig config, MeterRegistry meters, Runnable onFailure) {
        this.config = requireNonNull(config, "config is null");
        long heap = Runtime.getRuntime().maxMemory();
        this.settings = new TrainingSettings(config, heap);
        this.common = new Settings(config, heap);
        this.meters = requireNonNull(meters, "meters is null");
        this.onFailure = requireNonNull(onFailure, "onFailure is null");
        this.metrics = new TrainingMetrics(meters);
    }

    /**
     * Opens the configured bundles, then starts the topology in the background.
     *
     * @throws RuntimeException if the configuration or a bundle is not usable
     */
    synchronized void start() {
        Properties properties = StreamsProperties.train(config);
        List<ModelBundle> bundles = bundles();
        LearningConfig learning = settings.learning(
                bundles.stream().map(bundle -> bundle.manifest().name()).toList(), CaptionRole.hostName());
        Gate gate = new Gate(settings.gate());
        Topics topics = common.topics();

        SchemaRegistryClient registry = registry();
        ConfluentEventCodec codec = new ConfluentEventCodec(
                registry, config.schemaRegistry().properties(), common.registryPatience(), Ticker.systemTicker());
        RegistryCodec learningCodec = new RegistryCodec(codec, topics);
        LabelRules rules = new LabelRules(learningCodec::pair, config.training().maxCaptionWords());
        BundleStore store = own(BundleStore.open(settings.store()));
        ReleaseLog releaseLog = new ReleaseLog(
                () -> KafkaClients.reader(config), () -> KafkaClients.writer(config), codec, topics.modelReleases());
        ConfiguredReleases releases = new ConfiguredReleases(bundles, store, releaseLog);
        ImageLoader images = own(new ImageLoader(common.image()));
        Path directory = settings.directory();
        LabelLog labels = new LabelLog(
                () -> KafkaClients.reader(config), rules, new LabelImages(images::verify, directory.resolve("labels")));
        TrainingRun runs = new TrainingRun(labels, store, gate, settings.resources(), directory);
        BundleGarbage garbage =
                new BundleGarbage(store, releases, config.training().keepRejected(), Clock.systemUTC());
        TrainingJobs jobs = own(TrainingJobs.of(
                new ReleasedWork(releases, runs, labels, gate, garbage),
                config.training().concurrentRuns()));
        StreamsRunner streams = new StreamsRunner(
                "train",
                () -> LearningTopology.build(learning, learningCodec, rules, jobs, Clock.systemUTC(), metrics),
                properties,
                preconditions(registry, topics, releases),
                config.training().closeTimeout(),
                kafkaStreams -> own(new StreamsMeters(kafkaStreams)).bindTo(meters, Role.TRAIN),
                onFailure);
        own(streams);
        runner = streams;
        streams.start();
    }

    private List<ModelBundle> bundles() {
        List<Path> folders = config.models().orElse(List.of());
        checkArgument(!folders.isEmpty(), "captionstream.models names no model bundle");
        List<ModelBundle> bundles = new ArrayList<>();
        for (Path folder : folders) {
            ModelBundle bundle = open(folder);
            if (bundle.manifest().network() == null) {
                LOG.warnf(
                        "%s cannot be trained: its graph was made elsewhere",
                        bundle.manifest().name());
            } else {
                bundles.add(bundle);
            }
        }
        checkArgument(!bundles.isEmpty(), "captionstream.models names no model bundle that can be trained");
        return bundles;
    }

    private static ModelBundle open(Path folder) {
        try {
            return ModelBundle.open(folder);
        } catch (BundleException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private SchemaRegistryClient registry() {
        SchemaRegistryClient registry = new CachedSchemaRegistryClient(
                List.of(config.schemaRegistry().url().split(",")),
                CACHED_SCHEMAS,
                config.schemaRegistry().properties());
        own(registry::close);
        return registry;
    }

    private List<Precondition> preconditions(
            SchemaRegistryClient registry, Topics topics, ConfiguredReleases releases) {
        List<Precondition> preconditions = new ArrayList<>();
        preconditions.add(new TopicsExist(
                StreamsProperties.admin(config),
                List.of(
                        topics.labeledPairs(),
                        topics.labelDeadLetters(),
                        topics.modelReleases(),
                        topics.trainingCommands(),
                        topics.trainingReports())));
        preconditions.add(new TopicSettings(
                StreamsProperties.admin(config),
                Expectations.train(
                        topics,
                        config.training().applicationId(),
                        config.training().partitions(),
                        StreamsProperties.trainingSizes(config))));
        if (config.schemaRegistry().register()) {
            preconditions.add(new SchemasRegistered(new SchemaRegistrar(registry), EventSchemas.byTopic(topics)));
        }
        preconditions.add(releases);
        return preconditions;
    }

    private <T extends AutoCloseable> T own(T resource) {
        resources.add(resource);
        return resource;
    }

    StreamsState state() {
        StreamsRunner current = runner;
        return current == null ? StreamsState.CREATED : current.state();
    }

    @Nullable
    String waitingFor() {
        StreamsRunner current = runner;
        return current == null ? "configuration" : current.waitingFor();
    }

    /** What has not moved for longer than the limit, for a person to read; empty if everything does. */
    Optional<String> stuck(Duration limit) {
        StreamsRunner current = runner;
        return current == null ? Optional.empty() : current.stuckThread(limit);
    }

    /** What keeps it from its work though nothing is waited for, for a person to read; empty if nothing does. */
    Optional<String> problem() {
        StreamsRunner current = runner;
        return current == null ? Optional.empty() : current.problem();
    }

    /** How many partitions of its topics this process works on now. */
    int assignedPartitions() {
        StreamsRunner current = runner;
        return current == null ? 0 : current.assignedPartitions();
    }

    /** Where the models are that this process owns, by name. */
    Map<String, ModelStatus> models() {
        return metrics.models();
    }

    /** Closes in the reverse order of the start: first nothing new comes in, then runs write their checkpoints. */
    @Override
    public synchronized void close() {
        for (int i = resources.size() - 1; i >= 0; i--) {
            try {
                resources.get(i).close();
            } catch (Exception e) {
                LOG.warnf(e, "Could not close %s", resources.get(i));
            }
        }
        resources.clear();
    }
}
