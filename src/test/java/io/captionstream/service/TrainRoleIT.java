package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.OffsetRange;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.Trial;
import io.captionstream.finetune.Gate;
import io.captionstream.finetune.GateConfig;
import io.captionstream.image.ImageConfig;
import io.captionstream.image.ImageLoader;
import io.captionstream.labels.LabelImages;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabelRules;
import io.captionstream.learning.RegistryCodec;
import io.captionstream.learning.RunListener;
import io.captionstream.learning.RunPlan;
import io.captionstream.learning.TrainingRun;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.TinyBundles;
import io.captionstream.release.Releases;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.training.TrainingResources;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service makes better versions of tiny models, undisturbed and killed. */
class TrainRoleIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int FIRST = 200;
    private static final int SECOND = 300;
    private static final int THIRD = 360;
    private static final int EPOCHS = 12;
    private static final int LONG = 28;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final List<ApplicationProcess> instances = new ArrayList<>();
    private final Map<String, String> properties = new HashMap<>();
    private final List<String> models = new ArrayList<>();
    private TrainingLog log;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws Exception {
        log = new TrainingLog(stack, 2, Set.of("failed", "rejected"));
        List<String> folders = new ArrayList<>();
        for (ModelBundle first : TinyBundles.ofEach(directory)) {
            folders.add(first.directory().toString());
            models.add(first.manifest().name());
        }
        properties.putAll(log.serviceProperties());
        properties.put("captionstream.roles", "train");
        properties.put("captionstream.models", String.join(",", folders));
        properties.put("captionstream.store.uri", store().toString());
        properties.put("captionstream.training.new-pairs", Integer.toString(FIRST));
        properties.put("captionstream.training.tick", "100ms");
        properties.put("captionstream.training.fine-tune.epochs", Integer.toString(EPOCHS));
        properties.put("captionstream.training.fine-tune.learning-rate", "0.01");
        properties.put("captionstream.training.fine-tune.batch-size", "16");
        properties.put("captionstream.training.trials.minimum-pairs", "30");
        properties.put("captionstream.training.gate.minimum-images", "5");
        properties.put("captionstream.training.gate.confidence", "0.6");
    }

    @AfterEach
    void close() {
        instances.forEach(ApplicationProcess::close);
        log.close();
    }

    @Test
    void shouldReleaseBetterVersionsAsLabelsCome() {
        ApplicationProcess instance = start("only");
        label(0, FIRST);
        log.label(LabeledPair.newBuilder(ColorLabels.label(7777))
                .setCaptions(List.of("?"))
                .build());
        awaitReleases(1);
        label(FIRST, SECOND);
        // Too few for a run, but for one that is asked for.
        log.command(models.get(0), "train");
        log.flush();
        awaitUntil(() -> log.releases(models.get(0)).size() == 2);

        models.forEach(log::verifyRuns);
        ModelRelease second = log.releases(models.get(0)).get(1);
        assertThat(second.getParentVersion())
                .isEqualTo(log.releases(models.get(0)).get(0).getVersion());
        assertThat(second.getHistory()).hasSize(2).last().satisfies(first -> assertThat(first.getVersion())
                .isEqualTo("1"));
        assertThat(second.getLineage().getRanges())
                .extracting(OffsetRange::getFresh)
                .containsExactly(false, true, false, true);
        assertThat(second.getMetrics()).containsKeys("fresh.ciderD.champion", "old.ciderD.challenger");
        List<TrainingReport> reports = log.reports(models.get(0));
        assertThat(reports)
                .filteredOn(report -> report.getPhase().equals("epoch"))
                .hasSize(2 * EPOCHS);
        assertThat(reports.get(reports.size() - 1).getLabels()).containsKey("learned");
        awaitUntil(() -> !log.deadLetters().isEmpty());
        assertThat(new String(
                        log.deadLetters()
                                .get(0)
                                .headers()
                                .lastHeader("captionstream.error.code")
                                .value(),
                        StandardCharsets.UTF_8))
                .isEqualTo("NO_CAPTION");

        putOnTrial(second);
        label(SECOND, THIRD);
        awaitUntil(() -> log.releases(models.get(0)).size() == 4);
        assertThat(log.releases(models.get(0)).get(3)).satisfies(release -> {
            assertThat(release.getDigest()).isEqualTo(second.getDigest());
            assertThat(release.getTrial()).isNull();
        });
        awaitUntil(() -> log.reports(models.get(0)).stream()
                .anyMatch(report -> report.getPhase().equals("trial-promoted")));
        assertThat(instance.terminate(Duration.ofSeconds(60))).isIn(0, 143);
    }

    /** The version that models begin with serves again, and the other is tried beside it. */
    private void putOnTrial(ModelRelease release) {
        Trial trial = Trial.newBuilder()
                .setVersion(release.getVersion())
                .setBundleUri(release.getBundleUri())
                .setDigest(release.getDigest())
                .setMode(Releases.SHADOW)
                .setPercentage(100)
                .setStartedAt(Instant.now())
                .build();
        ModelRelease before = Releases.rollback(release, "1", "as a test", Instant.now());
        log.release(Releases.startTrial(before, trial, "as a test"));
        log.flush();
        awaitUntil(() -> log.releases(models.get(0)).size() == 3);
    }

    @Test
    void shouldEndAsIfUndisturbedWhereverItIsKilled() throws Exception {
        // Long enough to be killed in; whoever goes on with a run of the other has no checkpoint of it.
        properties.put("captionstream.training.fine-tune.epochs", Integer.toString(LONG));
        Random random = new Random(11);
        List<ApplicationProcess> running = new ArrayList<>(List.of(start("first"), start("second")));
        label(0, FIRST);
        log.flush();
        for (int kill = 1; kill <= 4; kill++) {
            int reported = log.reported() + random.nextInt(8);
            awaitUntil(() -> log.reported() > reported || allReleased(1));
            Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(random.nextInt(700)));
            int victim = random.nextInt(2);
            running.get(victim).kill();
            running.set(victim, start(victim == 0 ? "first" : "second"));
        }
        awaitReleases(1);

        for (String model : models) {
            log.verifyRuns(model);
            assertThat(log.releases(model)).hasSize(1);
            assertThat(log.reports(model))
                    .filteredOn(report -> report.getPhase().equals("epoch"))
                    .hasSize(LONG);
        }
        ModelRelease release = log.releases(models.get(0)).get(0);
        assertThat(rebuilt(release)).isEqualTo(release.getDigest());
    }

    /** The digest of what the plan in a release's bundle makes, undisturbed, here. */
    private String rebuilt(ModelRelease release) throws Exception {
        try (ImageLoader images = new ImageLoader(ImageConfig.defaults());
                BundleStore store = BundleStore.open(StoreConfig.of(store()));
                CachedSchemaRegistryClient registry =
                        new CachedSchemaRegistryClient(stack.registry().url(), 10)) {
            RegistryCodec codec = new RegistryCodec(new ConfluentEventCodec(registry, Map.of()), log.topics());
            Path folder = directory.resolve("rebuilt");
            LabelLog labels = new LabelLog(
                    this::reader,
                    new LabelRules(codec::pair, 100),
                    new LabelImages(images::verify, folder.resolve("labels")));
            TrainingRun run = new TrainingRun(
                    labels,
                    store,
                    new Gate(GateConfig.defaults()),
                    new TrainingResources(
                            64 << 20, Runtime.getRuntime().availableProcessors(), folder.resolve("features")),
                    folder);
            RunPlan plan = RunPlan.of(run.stored(release.getModel(), release.getDigest()));
            return run.train(plan, RunListener.NONE, () -> false)
                    .orElseThrow(() -> new IOException("stopped"))
                    .bundle()
                    .digest();
        }
    }

    private KafkaConsumer<byte[], byte[]> reader() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.broker().bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private URI store() {
        return directory.resolve("store").toUri();
    }

    private ApplicationProcess start(String name) {
        ApplicationProcess instance = ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve(name), List.of("-Xmx512m"), properties);
        instances.add(instance);
        instance.awaitReady();
        return instance;
    }

    private void label(int from, int to) {
        for (int number = from; number < to; number++) {
            log.label(ColorLabels.label(number));
        }
        log.flush();
    }

    private void awaitReleases(int each) {
        awaitUntil(() -> allReleased(each));
    }

    private boolean allReleased(int each) {
        return models.stream().allMatch(model -> log.releases(model).size() >= each);
    }

    private void awaitUntil(BooleanSupplier condition) {
        await().atMost(LIMIT).until(() -> {
            log.poll();
            return condition.getAsBoolean();
        });
    }
}
