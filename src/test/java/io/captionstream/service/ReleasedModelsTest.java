package io.captionstream.service;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.caption.CaptionTrial;
import io.captionstream.caption.TrialMode;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.SchemaRegistrar;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.Trial;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.TinyNetworks;
import io.captionstream.release.Releases;
import io.captionstream.release.SwapState;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.store.StoredBundle;
import io.captionstream.tracing.Tracing;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that follow releases, with real bundles and a real store. */
class ReleasedModelsTest {
    private static final BatcherConfig BATCHES = new BatcherConfig(1, Duration.ZERO, List.of(1));
    private static final String MODEL = "resnet50-lstm";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final ConfluentEventCodec codec = codec();
    private final SwapReports reports =
            new SwapReports(() -> producer, codec, "training-reports", "here", Clock.systemUTC());
    private BundleStore store;
    private ModelBundle configured;
    private @Nullable ServedModels models;

    private static ConfluentEventCodec codec() {
        MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
        new SchemaRegistrar(registry).register(Map.of("training-reports", TrainingReport.getClassSchema()));
        return new ConfluentEventCodec(registry, Map.of());
    }

    @BeforeEach
    void open() throws Exception {
        store = BundleStore.open(StoreConfig.of(folder.resolve("store").toUri()));
        configured = bundle("1");
    }

    @AfterEach
    void close() {
        if (models != null) {
            models.close();
        }
        reports.close();
        store.close();
    }

    @Test
    void shouldBeginWithTheReleasedVersion() throws Exception {
        ModelRelease release = release("2");

        load(Map.of(MODEL, release));

        assertThat(served().status().serving().digest()).isEqualTo(release.getDigest());
        assertThat(versionsInMetrics()).containsExactly("live 2");
        assertThat(served().isSettled()).isTrue();
        assertThat(meters.get("captionstream.swap").timers()).as("swaps").allSatisfy(swaps -> assertThat(swaps.count())
                .isZero());
    }

    @Test
    void shouldBeginWithTheFolderWhileTheReleasedVersionCannotBeHad() throws Exception {
        ModelRelease release = release("2");
        store.delete(URI.create(release.getBundleUri()));

        load(Map.of(MODEL, release));

        assertThat(versionsInMetrics()).containsExactly("live 1");
        await().atMost(LIMIT).until(() -> served().status().state() == SwapState.WAITING);
        assertThat(served().isSettled()).isFalse();
        assertThat(requireModels().versions().get(MODEL)).contains("version 1 serves, version 2 waiting after");

        store.publish(ModelBundle.open(folder.resolve("bundle-2")));
        awaitServing("2");
        assertThat(versionsInMetrics()).containsExactly("live 2");
        assertThat(meters.get("captionstream.swap").tag("slot", "live").timer().count())
                .isOne();
        assertThat(failures("MISSING_BUNDLE")).isPositive();
        await().atMost(LIMIT).until(() -> !reported().isEmpty());
        assertThat(reported()).as("once for all attempts").hasSize(1);
    }

    @Test
    void shouldChangeOverAndKeepOnlyWhatMayBeNeeded() throws Exception {
        ModelRelease second = release("2");
        ModelRelease third = Releases.promote(second, release("3"));
        ModelRelease fourth = Releases.promote(third, release("4"));
        load(Map.of());

        for (ModelRelease release : List.of(second, third, fourth)) {
            requireModels().accept(release);
            awaitServing(release.getVersion());
        }

        assertThat(versionsInMetrics()).containsExactly("live 4");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(cached())
                .containsExactlyInAnyOrder(fourth.getDigest(), third.getDigest()));
    }

    @Test
    void shouldRefuseWhatIsNotTheBundleThatWasReleased() throws Exception {
        ModelRelease other = release("2");
        ModelRelease damaged = release("3");
        Path file = Path.of(URI.create(damaged.getBundleUri())).resolve("vocabulary.txt");
        Files.writeString(file, Files.readString(file).replace("word5", "word6"));
        load(Map.of());

        requireModels()
                .accept(ModelRelease.newBuilder(other).setDigest("0".repeat(64)).build());
        awaitRefusal("WRONG_DIGEST");
        requireModels().accept(damaged);
        awaitRefusal("WRONG_DIGEST");
        requireModels()
                .accept(ModelRelease.newBuilder(other)
                        .setBundleUri("file:///elsewhere/" + other.getDigest())
                        .build());
        awaitRefusal("NOT_ACCEPTABLE");

        assertThat(requireModels().versions().get(MODEL))
                .startsWith("version 1 serves, version 2 refused after 1 attempts: not a bundle of");
        assertThat(versionsInMetrics()).containsExactly("live 1");
        await().atMost(LIMIT).until(() -> reported().size() == 3);
        TrainingReport report = reported().get(0);
        assertThat(report.getPhase()).isEqualTo("swap-failed");
        assertThat(report.getModel()).isEqualTo(MODEL);
        assertThat(report.getCandidateVersion()).isEqualTo("2");
        assertThat(report.getCandidateDigest()).isEqualTo("0".repeat(64));
        assertThat(report.getError()).startsWith("WRONG_DIGEST: ");
        assertThat(report.getInstance()).isEqualTo("here");

        requireModels().accept(other);
        awaitServing("2");
    }

    @Test
    void shouldRefuseABundleOfAnotherModel() throws Exception {
        ModelBundle glove = BundleWriter.write(folder.resolve("glove"), Bundles.contents(TinyNetworks.inception()));
        StoredBundle stored = store.publish(glove);
        load(Map.of());

        requireModels()
                .accept(ModelRelease.newBuilder(release("2"))
                        .setBundleUri(stored.uri().toString())
                        .setDigest(stored.digest())
                        .build());

        awaitRefusal("NOT_ACCEPTABLE");
        assertThat(served().status().failure()).contains("inceptionv3-glove");
    }

    @Test
    void shouldRefuseABundleThatCannotDecodeAsIsConfigured() throws Exception {
        ModelBundle old = Bundles.withSearchOnly(bundle("2"));
        StoredBundle stored = store.publish(old);
        load(Map.of(), Map.of("captionstream.decoding.min-length", "3"));

        requireModels().accept(release("2", stored));

        awaitRefusal("UNSUPPORTED_OPTIONS");
    }

    @Test
    void shouldNeedAStoreOnlyForWhatTheFoldersDoNotHave() throws Exception {
        ModelRelease second = release("2");
        load(Map.of(), Map.of("captionstream.store.uri", ""));

        requireModels().accept(second);
        awaitRefusal("NOT_ACCEPTABLE");
        assertThat(served().status().failure()).contains("captionstream.store.uri");

        requireModels()
                .accept(ModelRelease.newBuilder(second)
                        .setVersion("1")
                        .setDigest(configured.digest())
                        .build());
        assertThat(served().status().state()).isEqualTo(SwapState.SERVING);
        assertThat(served().status().serving().version()).isEqualTo("1");
    }

    @Test
    void shouldNotLoadWhatThereIsNoRoomFor() throws Exception {
        ModelRelease second = release("2");
        load(Map.of(), Map.of("captionstream.releases.memory-factor", "1e12"));

        requireModels().accept(second);
        await().atMost(LIMIT).until(() -> served().status().attempts() > 1);
        assertThat(served().status().serving().version()).isEqualTo("1");
        assertThat(failures("OUT_OF_MEMORY")).isPositive();
        assertThat(served().status().failure()).contains("memory-factor");
    }

    @Test
    void shouldIgnoreReleasesOfOtherModels() throws Exception {
        load(Map.of());

        requireModels()
                .accept(ModelRelease.newBuilder(release("2")).setModel("other").build());

        assertThat(versionsInMetrics()).containsExactly("live 1");
    }

    @Test
    void shouldServeAVersionOnTrialUntilItEnds() throws Exception {
        ModelRelease second = release("2");
        ModelRelease canary = Releases.startTrial(second, trial("3", Releases.CANARY, 30), "");
        load(Map.of(MODEL, second));
        assertThat(requireModels().of(MODEL)).isEmpty();

        requireModels().accept(canary);
        CaptionTrial trial = awaitTrial();
        assertThat(trial.mode()).isEqualTo(TrialMode.CANARY);
        assertThat(trial.percentage()).isEqualTo(30);
        assertThat(versionsInMetrics()).containsExactlyInAnyOrder("live 2", "trial 3");
        assertThat(requireModels().versions()).containsEntry(MODEL + " trial", "version 3 serves");

        // Other terms change nothing but the terms.
        requireModels()
                .accept(ModelRelease.newBuilder(canary)
                        .setTrial(Trial.newBuilder(canary.getTrial())
                                .setMode(Releases.SHADOW)
                                .setPercentage(40)
                                .build())
                        .build());
        CaptionTrial changed = awaitTrial();
        assertThat(changed.mode()).isEqualTo(TrialMode.SHADOW);
        assertThat(changed.percentage()).isEqualTo(40);
        assertThat(changed.captioner()).isSameAs(trial.captioner());

        requireModels().accept(Releases.promoteTrial(canary, "", Instant.EPOCH));
        assertThat(requireModels().of(MODEL)).isEmpty();
        awaitServing("3");
        assertThat(versionsInMetrics()).containsExactly("live 3");
        assertThat(requireModels().versions()).containsOnlyKeys(MODEL);
    }

    @Test
    void shouldPutAnotherVersionOnTrial() throws Exception {
        ModelRelease first = Releases.startTrial(release("2"), trial("3", Releases.CANARY, 30), "");
        load(Map.of(MODEL, first));
        CaptionTrial before = awaitTrial();

        requireModels().accept(Releases.startTrial(first, trial("4", Releases.CANARY, 30), ""));
        assertThat(requireModels().of(MODEL).map(CaptionTrial::captioner)).isNotEqualTo(before.captioner());
        awaitTrial();
        assertThat(versionsInMetrics()).containsExactlyInAnyOrder("live 2", "trial 4");
    }

    @Test
    void shouldNotTouchTheVersionInServiceWhenATrialFails() throws Exception {
        ModelRelease second = release("2");
        Trial wrong = Trial.newBuilder(trial("3", Releases.SHADOW, 100))
                .setDigest("f".repeat(64))
                .build();
        load(Map.of(MODEL, second));

        requireModels().accept(Releases.startTrial(second, wrong, ""));
        await().atMost(LIMIT).until(() -> served().trialStatus().state() == SwapState.REFUSED);
        assertThat(requireModels().of(MODEL)).isEmpty();
        assertThat(served().status().state()).isEqualTo(SwapState.SERVING);
        assertThat(versionsInMetrics()).containsExactly("live 2");
        await().atMost(LIMIT).until(() -> reported().size() == 1);

        requireModels()
                .accept(ModelRelease.newBuilder(second)
                        .setTrial(trial("4", "sideways", 100))
                        .build());
        assertThat(served().trialStatus().state()).isEqualTo(SwapState.EMPTY);
    }

    private void load(Map<String, ModelRelease> releases) {
        load(releases, Map.of());
    }

    /** As at the start of the service: what is known already is told again. */
    private void load(Map<String, ModelRelease> releases, Map<String, String> more) {
        Map<String, String> properties = new HashMap<>();
        properties.put("captionstream.models", configured.directory().toString());
        properties.put("captionstream.inference.device", "cpu");
        properties.put(
                "captionstream.store.uri", folder.resolve("store").toUri().toString());
        properties.put("captionstream.store.cache-directory", cache().toString());
        properties.put("captionstream.releases.retry-backoff", "50ms");
        properties.putAll(more);
        models = ServedModels.load(SettingsTest.config(properties), BATCHES, meters, Tracing.OFF, reports, releases);
        releases.values().forEach(models::accept);
    }

    private ServedModels requireModels() {
        return requireNonNull(models);
    }

    private ServedModel served() {
        return requireModels().all().iterator().next();
    }

    private ModelBundle bundle(String version) throws Exception {
        BundleWriter.Contents contents = Bundles.contents(TinyNetworks.resnet());
        return BundleWriter.write(
                folder.resolve("bundle-" + version),
                new BundleWriter.Contents(
                        contents.name(),
                        version,
                        contents.network(),
                        contents.weights(),
                        contents.vocabulary(),
                        contents.resize(),
                        contents.decoding(),
                        contents.metrics(),
                        contents.lineage(),
                        contents.createdAt()));
    }

    /** Of a new bundle in the store. */
    private ModelRelease release(String version) throws Exception {
        return release(version, store.publish(bundle(version)));
    }

    private static ModelRelease release(String version, StoredBundle stored) {
        return ModelRelease.newBuilder()
                .setModel(MODEL)
                .setVersion(version)
                .setBundleUri(stored.uri().toString())
                .setDigest(stored.digest())
                .setReleasedAt(Instant.EPOCH)
                .build();
    }

    private Trial trial(String version, String mode, int percentage) throws Exception {
        StoredBundle stored = store.publish(bundle(version));
        return Trial.newBuilder()
                .setVersion(version)
                .setBundleUri(stored.uri().toString())
                .setDigest(stored.digest())
                .setMode(mode)
                .setPercentage(percentage)
                .setStartedAt(Instant.EPOCH)
                .build();
    }

    private void awaitServing(String version) {
        await().atMost(LIMIT)
                .until(() -> served().status().state() == SwapState.SERVING
                        && served().status().serving().version().equals(version)
                        && versionsInMetrics().contains("live " + version));
    }

    private void awaitRefusal(String reason) {
        await().atMost(LIMIT).until(() -> served().status().state() == SwapState.REFUSED && failures(reason) > 0);
        assertThat(served().isSettled()).isTrue();
    }

    private CaptionTrial awaitTrial() {
        await().atMost(LIMIT).until(() -> requireModels().of(MODEL).isPresent());
        return requireModels().of(MODEL).orElseThrow();
    }

    private double failures(String reason) {
        return meters.get("captionstream.swap.failures").tag("reason", reason).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private List<String> versionsInMetrics() {
        return meters.get("captionstream.model.info").meters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag("slot") + " " + id.getTag("version"))
                .toList();
    }

    private List<TrainingReport> reported() {
        return producer.history().stream()
                .map(sent -> {
                    try {
                        return codec.decode("training-reports", sent.value(), TrainingReport.class);
                    } catch (UndecodableEventException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private Set<String> cached() throws IOException {
        try (Stream<Path> entries = Files.list(cache())) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
