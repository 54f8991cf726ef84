package io.captionstream.service;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.ModelCaption;
import io.captionstream.event.ModelRelease;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.TinyBundles;
import io.captionstream.store.BundleCache;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.restassured.RestAssured;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trainer and two captioners, killed at random moments of training, publishing and swapping while images flow. */
class LearningCrashIT {
    private static final int KILLS = 20;
    private static final int BATCH = 120;
    private static final double IMAGES_PER_SECOND = 8;
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final List<String> ROLES = List.of("train", "caption", "caption");
    private static final Set<String> ENDS = Set.of("promoted", "rejected");

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Random random = new Random(5);
    private final Map<String, String> properties = new HashMap<>();
    private final List<String> models = new ArrayList<>();
    private final Set<String> digests = new HashSet<>();
    private final ApplicationProcess[] instances = new ApplicationProcess[ROLES.size()];
    private TrainingLog training;
    private EventLog events;
    private SteadyLoad load;
    private int batches;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws Exception {
        training = new TrainingLog(stack, 4, Set.of("failed"));
        events = new EventLog(stack, training.topics());
        load = new SteadyLoad(events);
        List<String> folders = new ArrayList<>();
        for (ModelBundle first : TinyBundles.ofEach(directory)) {
            folders.add(first.directory().toString());
            models.add(first.manifest().name());
            digests.add(first.digest());
        }
        properties.putAll(events.serviceProperties());
        properties.putAll(training.serviceProperties());
        properties.put("captionstream.models", String.join(",", folders));
        properties.put("captionstream.store.uri", store().toString());
        properties.put("captionstream.decoding.max-length", "6");
        properties.put("captionstream.training.new-pairs", Integer.toString(BATCH));
        properties.put("captionstream.training.tick", "100ms");
        properties.put("captionstream.training.fine-tune.epochs", "15");
        properties.put("captionstream.training.fine-tune.learning-rate", "0.01");
        properties.put("captionstream.training.fine-tune.batch-size", "16");
        properties.put("captionstream.training.gate.minimum-images", "4");
        properties.put("captionstream.training.gate.confidence", "0.5");
        properties.put("captionstream.training.gate.tolerance", "0.9");
    }

    @AfterEach
    void close() {
        load.close();
        for (ApplicationProcess instance : instances) {
            if (instance != null) {
                instance.close();
            }
        }
        events.close();
        training.close();
    }

    @Test
    void shouldEndInOneStateWithNothingLostOrDoubledWhereverTheyAreKilled() throws Exception {
        for (int instance = 0; instance < instances.length; instance++) {
            start(instance);
        }
        load.start(IMAGES_PER_SECOND);
        for (int kill = 0; kill < KILLS; kill++) {
            if (isBatchDone()) {
                labelBatch();
            }
            awaitSomeProgress();
            int victim = random.nextInt(2) == 0 ? 0 : 1 + random.nextInt(2);
            instances[victim].kill();
            start(victim);
        }
        if (isBatchDone()) {
            labelBatch();
        }
        awaitUntil(this::isBatchDone, LIMIT);
        awaitUntil(this::servesNewestReleases, LIMIT);
        int sent = load.stop();
        load.collectUntil(() -> load.answers().size() >= sent, LIMIT);

        models.forEach(training::verifyRuns);
        assertThat(events.verifyExactlyOnceInOrder(sent)).as("dead letters").isEmpty();
        verifyReleases();
        verifyCaptions();
    }

    private void labelBatch() {
        for (int number = batches * BATCH; number < (batches + 1) * BATCH; number++) {
            training.label(ColorLabels.label(number));
        }
        training.flush();
        batches++;
    }

    /** Whether every model has done its run on the latest labels, whose outcome need not be better than the one before. */
    private boolean isBatchDone() {
        return models.stream()
                .allMatch(model -> training.reports(model).stream()
                                .filter(report -> ENDS.contains(report.getPhase()))
                                .count()
                        >= batches);
    }

    /** Some reports or many captions later: never the same moment of a run, a release or a start. */
    private void awaitSomeProgress() {
        int reports = training.reported() + random.nextInt(8);
        int answers = load.answers().size() + 60;
        awaitUntil(() -> training.reported() > reports || load.answers().size() > answers, LIMIT);
        load.collectFor(Duration.ofMillis(random.nextInt(1000)));
    }

    private void awaitUntil(BooleanSupplier condition, Duration limit) {
        load.collectUntil(
                () -> {
                    training.poll();
                    return condition.getAsBoolean();
                },
                limit);
    }

    private void start(int instance) {
        Map<String, String> own = new HashMap<>(properties);
        own.put("captionstream.roles", ROLES.get(instance));
        instances[instance] = ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve("instance-" + instance), List.of("-Xmx384m"), own);
    }

    private boolean servesNewestReleases() {
        load.collectFor(STEP);
        for (int instance = 0; instance < instances.length; instance++) {
            if (ROLES.get(instance).equals("caption") && !servesNewestReleases(instances[instance])) {
                return false;
            }
        }
        return true;
    }

    private boolean servesNewestReleases(ApplicationProcess instance) {
        String health;
        try {
            health = RestAssured.get(instance.url() + "/q/health/ready")
                    .jsonPath()
                    .getString("checks.data");
        } catch (RuntimeException e) {
            // Starting.
            return false;
        }
        return models.stream()
                .map(this::newest)
                .allMatch(release -> health.contains("version %s serves".formatted(release.getVersion())));
    }

    private ModelRelease newest(String model) {
        List<ModelRelease> releases = training.releases(model);
        return releases.get(releases.size() - 1);
    }

    /** Each continues the one before, and its bundle can be had and is what the release says. */
    private void verifyReleases() throws Exception {
        try (BundleStore store = BundleStore.open(StoreConfig.of(store()))) {
            BundleCache cache = new BundleCache(store, directory.resolve("cache"));
            for (String model : models) {
                String before = "1";
                assertThat(training.releases(model)).as("releases of %s", model).isNotEmpty();
                for (ModelRelease release : training.releases(model)) {
                    assertThat(release.getParentVersion()).isEqualTo(before);
                    ModelBundle bundle = cache.open(URI.create(release.getBundleUri()), release.getDigest());
                    assertThat(bundle.manifest().version()).isEqualTo(release.getVersion());
                    digests.add(release.getDigest());
                    before = release.getVersion();
                }
            }
        }
    }

    private void verifyCaptions() {
        for (CaptionEvent event : events.captions()) {
            assertThat(event.getCaptions()).extracting(ModelCaption::getModel).containsExactlyElementsOf(models);
        }
        Set<String> used = events.captions().stream()
                .flatMap(event -> event.getCaptions().stream())
                .map(ModelCaption::getWeightsDigest)
                .collect(toSet());
        assertThat(digests).containsAll(used);
    }

    private URI store() {
        return directory.resolve("store").toUri();
    }
}
