package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.caption.CaptionClients;
import io.captionstream.caption.CaptionConfig;
import io.captionstream.caption.CaptionTopology;
import io.captionstream.caption.LiveRecordLimits;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.Topics;
import io.captionstream.image.ImageLoader;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.PrecisionChoice;
import io.captionstream.provision.Expectations;
import io.captionstream.release.ReleaseFollower;
import io.captionstream.streams.OffsetsKnown;
import io.captionstream.streams.Precondition;
import io.captionstream.streams.SchemasRegistered;
import io.captionstream.streams.StreamsRunner;
import io.captionstream.streams.StreamsState;
import io.captionstream.streams.TopicSettings;
import io.captionstream.streams.TopicsExist;
import io.captionstream.tracing.Tracing;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** Captions image events: models, images, topology, from start to orderly close. */
final class CaptionRole implements AutoCloseable {
    private static final int CACHED_SCHEMAS = 1000;
    private static final int CODEC_THREADS = 4;
    private static final Duration LIMITS_INTERVAL = Duration.ofMinutes(1);
    private static final Duration HEAD_START = Duration.ofSeconds(10);

    private final ServiceConfig config;
    private final Settings settings;
    private final MeterRegistry meters;
    private final Runnable onFailure;
    /** Closed in reverse. The starter's thread adds the metrics of the topology while another may close the role. */
    private final List<AutoCloseable> resources = new CopyOnWriteArrayList<>();

    private volatile @Nullable StreamsRunner runner;
    /** Null until they are ready. */
    private volatile @Nullable ServedModels models;

    CaptionRole(ServiceConfig config, MeterRegistry meters, Runnable onFailure) {
        this.config = requireNonNull(config, "config is null");
        this.settings = new Settings(config, Runtime.getRuntime().maxMemory());
        this.meters = requireNonNull(meters, "meters is null");
        this.onFailure = requireNonNull(onFailure, "onFailure is null");
    }

    /**
     * Loads and warms the models in their released versions, then starts the topology in the background.
     *
     * @throws RuntimeException if the configuration or a bundle is not usable
     */
    synchronized void start() {
        StreamsRunner streams = prepare(HEAD_START);
        runner = streams;
        streams.start();
    }

    /**
     * Does all that {@link #start} does in this process, but does not wait for Kafka and takes no part in the group.
     *
     * @throws RuntimeException if the configuration or a bundle is not usable
     */
    synchronized void rehearse() {
        prepare(Duration.ZERO).rehearse();
    }

    private StreamsRunner prepare(Duration headStart) {
        // All that can be wrong with the configuration shows before the models take their time.
        Properties properties = StreamsProperties.caption(config);
        CaptionConfig captionConfig = settings.caption();
        BatcherConfig batcherConfig = settings.batcher();
        SchemaRegistryClient registry = registry();

        Tracing tracing = config.tracing().enabled() ? own(TracingSettings.start(config.tracing())) : Tracing.OFF;
        ConfluentEventCodec codec = new ConfluentEventCodec(
                registry, config.schemaRegistry().properties(), settings.registryPatience(), Ticker.systemTicker());
        NewestReleases releases = new NewestReleases();
        ReleaseFollower follower = own(follower(codec, releases));
        follower.start();
        awaitReleases(follower, headStart);
        ServedModels served = own(
                ServedModels.load(config, batcherConfig, meters, tracing, own(reports(codec)), releases.snapshot()));
        releases.tell(served::accept);
        models = served;
        ImageLoader images = own(new ImageLoader(settings.image()));
        SourceMetrics.bind(meters, images);
        ExecutorService codecThreads = codecThreads();
        CaptionMetrics metrics = new CaptionMetrics(
                meters,
                tracing,
                served.captioners().keySet(),
                captionConfig.limits().processBytes());
        LiveRecordLimits limits = own(limits(properties));
        limits.start();
        CaptionClients clients = new CaptionClients();
        StreamsRunner streams = new StreamsRunner(
                "caption",
                () -> CaptionTopology.build(
                        captionConfig,
                        codec,
                        images::load,
                        served.captioners(),
                        served,
                        codecThreads,
                        Clock.systemUTC(),
                        clients,
                        limits,
                        metrics),
                properties,
                preconditions(
                        registry,
                        new ReleasesServed(follower, served, config.releases().startTimeout())),
                config.caption().closeTimeout(),
                kafkaStreams -> own(new StreamsMeters(kafkaStreams)).bindTo(meters, Role.CAPTION),
                onFailure,
                clients,
                () -> images.outage().or(() -> clients.stalled(config.health().progressTimeout())));
        return own(streams);
    }

    private LiveRecordLimits limits(Properties properties) {
        Topics topics = settings.topics();
        return new LiveRecordLimits(
                () -> Admin.create(StreamsProperties.admin(config)),
                properties,
                List.of(topics.captionEvents(), topics.shadowCaptions(), topics.deadLetters()),
                LIMITS_INTERVAL);
    }

    // They decode and encode events, and wait on the registry; so many that one slow answer does not stop the others.
    private ExecutorService codecThreads() {
        ExecutorService threads = Executors.newFixedThreadPool(
                CODEC_THREADS,
                new ThreadFactoryBuilder()
                        .setNameFormat("event-codec-%d")
                        .setDaemon(true)
                        .build());
        own(threads::shutdownNow);
        return threads;
    }

    private SchemaRegistryClient registry() {
        SchemaRegistryClient registry = new CachedSchemaRegistryClient(
                List.of(config.schemaRegistry().url().split(",")),
                CACHED_SCHEMAS,
                config.schemaRegistry().properties());
        own(() -> {
            try {
                registry.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return registry;
    }

    private ReleaseFollower follower(ConfluentEventCodec codec, NewestReleases releases) {
        String topic = settings.topics().modelReleases();
        return new ReleaseFollower(
                () -> KafkaClients.reader(config),
                topic,
                value -> codec.decode(topic, value, ModelRelease.class),
                releases);
    }

    // So that no version is loaded in vain. Who has no broker yet finds out about releases later.
    private static void awaitReleases(ReleaseFollower follower, Duration limit) {
        try {
            if (!follower.awaitCaughtUp(limit)) {
                ServiceLifecycle.LOG.infof("Releases are not known after %s; the models are loaded meanwhile", limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SwapReports reports(ConfluentEventCodec codec) {
        return new SwapReports(
                () -> KafkaClients.writer(config),
                codec,
                settings.topics().trainingReports(),
                hostName(),
                Clock.systemUTC());
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private List<Precondition> preconditions(SchemaRegistryClient registry, Precondition released) {
        List<Precondition> preconditions = new ArrayList<>();
        preconditions.add(new TopicsExist(
                StreamsProperties.admin(config),
                List.of(
                        settings.topics().imageEvents(),
                        settings.topics().captionEvents(),
                        settings.topics().deadLetters(),
                        settings.topics().shadowCaptions(),
                        settings.topics().modelReleases())));
        preconditions.add(new TopicSettings(
                StreamsProperties.admin(config),
                Expectations.caption(settings.topics(), StreamsProperties.captionSizes(config))));
        if (config.schemaRegistry().register()) {
            preconditions.add(
                    new SchemasRegistered(new SchemaRegistrar(registry), EventSchemas.byTopic(settings.topics())));
        }
        preconditions.add(new OffsetsKnown(
                StreamsProperties.admin(config),
                config.caption().applicationId(),
                settings.topics().imageEvents(),
                List.of(settings.topics().captionEvents(), settings.topics().deadLetters()),
                config.caption().missingOffsets(),
                "captionstream.caption.missing-offsets"));
        preconditions.add(released);
        return preconditions;
    }

    private <T extends AutoCloseable> T own(T resource) {
        resources.add(resource);
        return resource;
    }

    boolean modelsReady() {
        return models != null;
    }

    /** The precision each model runs in, by model name; empty before they are ready. */
    Map<String, PrecisionChoice> precisions() {
        ServedModels current = models;
        return current == null ? Map.of() : current.precisions();
    }

    /** What each model serves and is to serve, in words, by model name and slot; empty before they are ready. */
    Map<String, String> versions() {
        ServedModels current = models;
        return current == null ? Map.of() : current.versions();
    }

    /** Since when and why each model fails on everything that does, by model name; empty before they are ready. */
    Map<String, String> unavailable() {
        ServedModels current = models;
        return current == null ? Map.of() : current.unavailable();
    }

    StreamsState state() {
        StreamsRunner current = runner;
        return current == null ? StreamsState.CREATED : current.state();
    }

    @Nullable
    String waitingFor() {
        StreamsRunner current = runner;
        return current == null ? "models" : current.waitingFor();
    }

    /** What has not moved for longer than the limit, for a person to read; empty if everything does. */
    Optional<String> stuck(Duration limit) {
        ServedModels currentModels = models;
        StreamsRunner currentRunner = runner;
        if (currentModels == null || currentRunner == null) {
            return Optional.empty();
        }
        return currentModels
                .stuckModel(limit)
                .map(model -> "inference of " + model)
                .or(() -> currentRunner.stuckThread(limit));
    }

    /** What keeps events from being captioned though nothing is waited for, for a person to read; empty if nothing does. */
    Optional<String> problem() {
        StreamsRunner current = runner;
        return current == null ? Optional.empty() : current.problem();
    }

    /** How many partitions of the image events this process works on now. */
    int assignedPartitions() {
        StreamsRunner current = runner;
        return current == null ? 0 : current.assignedPartitions();
    }

    /** Closes in the reverse order of the start: first nothing new comes in, last the models go. */
    @Override
    public synchronized void close() {
        for (int i = resources.size() - 1; i >= 0; i--) {
            try {
                resources.get(i).close();
            } catch (Exception e) {
                ServiceLifecycle.LOG.warnf(e, "Could not close %s", resources.get(i));
            }
        }
        resources.clear();
    }
}
