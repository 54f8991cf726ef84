package io.captionstream.operations;

import static io.captionstream.operations.TinyBundles.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.captionstream.event.ModelRelease;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.OperationException.Kind;
import io.captionstream.store.BundleCache;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.store.StoredBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelOperationsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final TrialRequest SHADOW = new TrialRequest("shadow", 100, true);

    @TempDir
    Path folder;

    private final FakeReleases releases = new FakeReleases();
    private BundleStore store;
    private ModelOperations operations;

    @BeforeEach
    void open() {
        store = BundleStore.open(StoreConfig.of(folder.resolve("store").toUri()));
        operations = new ModelOperations(
                releases, store, new BundleCache(store, folder.resolve("cache")), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldReleaseAFirstVersionFromAFolder() throws Exception {
        ModelBundle first = bundle(1);

        ReleaseChange change = operations.promote(MODEL, first.directory(), "the first");

        assertThat(change).isEqualTo(new ReleaseChange(MODEL, null, "1", first.digest(), null, "the first"));
        ModelRelease release = releases.read().get(MODEL);
        assertThat(release.getBundleUri())
                .isEqualTo(store.list(MODEL).get(0).uri().toString());
        assertThat(release.getMetrics()).containsEntry("exactMatch", 0.1);
        assertThat(release.getReleasedAt()).isEqualTo(NOW);
        assertThat(release.getReason()).isEqualTo("the first");
        assertThat(release.getHistory()).isEmpty();
    }

    @Test
    void shouldListWhatReleasesAndStoreKnow() throws Exception {
        for (int version = 1; version <= 4; version++) {
            publish(version);
        }
        operations.promote(MODEL, "1", "");
        operations.promote(MODEL, "2", "");
        operations.startTrial(MODEL, "3", SHADOW, "");

        List<ModelVersions> models = operations.list();

        assertThat(models).hasSize(1);
        assertThat(models.get(0).trial()).isEqualTo(new ModelVersions.TrialState("3", "shadow", 100, true));
        assertThat(models.get(0).versions()).extracting(ModelVersion::version).containsExactly("2", "3", "1", "4");
        assertThat(models.get(0).versions())
                .extracting(ModelVersion::status)
                .containsExactly(
                        VersionStatus.LIVE, VersionStatus.TRIAL, VersionStatus.ROLLBACK_TARGET, VersionStatus.STORED);
        assertThat(models.get(0).versions()).allSatisfy(version -> {
            assertThat(version.problem()).isNull();
            assertThat(version.createdAt()).isEqualTo("2026-01-01T00:00:00Z");
        });
        assertThat(operations.list(MODEL)).isEqualTo(models.get(0));
    }

    @Test
    void shouldSayWhatTheStoreHasNoMore() throws Exception {
        StoredBundle first = publish(1);
        publish(2);
        operations.promote(MODEL, "1", "");
        operations.promote(MODEL, "2", "");
        store.delete(first.uri());

        assertThat(operations.list(MODEL).require("1").problem()).contains("does not have it");
        assertRefused(Kind.CONFLICT, "1", () -> operations.rollback(MODEL, null, ""));
        assertRefused(Kind.CONFLICT, "1", () -> operations.show(MODEL, "1"));
    }

    @Test
    void shouldShowAVersionByNameOrDigest() throws Exception {
        StoredBundle first = publish(1);

        VersionDetails details = operations.show(MODEL, "1");

        assertThat(details.manifest().lineage()).containsEntry("seed", "1");
        assertThat(details.version().digest()).isEqualTo(first.digest());
        assertThat(operations.show(MODEL, first.digest().substring(0, 8))).isEqualTo(details);
    }

    @Test
    void shouldNameWhatThereIsWhenAskedForWhatThereIsNot() throws Exception {
        publish(1);
        publish(2);

        assertRefused(Kind.NOT_FOUND, "1", () -> operations.promote(MODEL, "7", ""));
        assertRefused(Kind.NOT_FOUND, MODEL, () -> operations.list("other"));
        assertRefused(Kind.NOT_FOUND, "not a name", () -> operations.list("../etc"));
        assertRefused(Kind.NOT_FOUND, "name a version", () -> operations.open(MODEL, null));
        assertThat(releases.published()).isEmpty();
    }

    @Test
    void shouldPublishNothingThatCannotBeServed() throws Exception {
        StoredBundle first = publish(1);
        publish(2);
        operations.promote(MODEL, "2", "");
        Files.writeString(Path.of(first.uri()).resolve("vocabulary.txt"), "nonsense");

        assertRefused(Kind.CONFLICT, "vocabulary.txt", () -> operations.promote(MODEL, "1", ""));
        assertRefused(Kind.CONFLICT, "vocabulary.txt", () -> operations.startTrial(MODEL, "1", SHADOW, ""));
        assertRefused(Kind.CONFLICT, "in service already", () -> operations.promote(MODEL, "2", ""));
        assertRefused(
                Kind.CONFLICT,
                "of " + MODEL + ", not of other",
                () -> operations.promote("other", bundle(3).directory(), ""));
        assertRefused(Kind.CONFLICT, "no bundle folder", () -> operations.promote(MODEL, folder.resolve("none"), ""));
        assertThat(releases.published()).hasSize(1);
        assertThat(store.models()).containsExactly(MODEL);
    }

    @Test
    void shouldGoBackToTheVersionBeforeOrToTheOneAskedFor() throws Exception {
        for (int version = 1; version <= 3; version++) {
            publish(version);
            operations.promote(MODEL, Integer.toString(version), "");
        }

        assertThat(operations.rollback(MODEL, null, "3 is bad").version()).isEqualTo("2");
        assertThat(operations.rollback(MODEL, "1", "2 is bad, too").before()).isEqualTo("2");
        assertThat(releases.read().get(MODEL).getReason()).isEqualTo("2 is bad, too");
        assertRefused(Kind.NOT_FOUND, "no version 7", () -> operations.rollback(MODEL, "7", ""));
    }

    @Test
    void shouldNotGoBackBeforeTheFirst() throws Exception {
        publish(1);
        assertRefused(Kind.CONFLICT, "never released", () -> operations.rollback(MODEL, null, ""));
        operations.promote(MODEL, "1", "");

        assertRefused(Kind.CONFLICT, "before 1", () -> operations.rollback(MODEL, null, ""));
    }

    @Test
    void shouldTryAVersionAndEndTheTrial() throws Exception {
        publish(1);
        publish(2);
        assertRefused(Kind.CONFLICT, "never released", () -> operations.startTrial(MODEL, "2", SHADOW, ""));
        operations.promote(MODEL, "1", "");

        ReleaseChange change = operations.startTrial(MODEL, "2", new TrialRequest("canary", 5, false), "have a look");

        assertThat(change.version()).isEqualTo("1");
        assertThat(change.trial()).isEqualTo("2");
        assertThat(releases.read().get(MODEL).getTrial()).satisfies(trial -> {
            assertThat(trial.getMode()).isEqualTo("canary");
            assertThat(trial.getPercentage()).isEqualTo(5);
            assertThat(trial.getAutomatic()).isFalse();
        });
        assertThat(operations.endTrial(MODEL, "enough").trial()).isNull();
        assertRefused(Kind.CONFLICT, "no version on trial", () -> operations.endTrial(MODEL, ""));
    }

    @Test
    void shouldSayHowVersionsDiffer() throws Exception {
        publish(1);
        publish(2);

        ModelDiff diff = operations.diff(MODEL, "1", "2");

        assertThat(diff.metrics()).containsEntry("exactMatch", new ModelDiff.MetricChange(0.1, 0.2));
        assertThat(diff.lineage()).containsEntry("seed", new ModelDiff.Change("1", "2"));
        assertThat(diff.settings()).isEmpty();
        assertThat(diff.addedWords()).isEmpty();
    }

    private ModelBundle bundle(int version) throws Exception {
        return TinyBundles.version(version, folder.resolve("bundle-" + version));
    }

    private StoredBundle publish(int version) throws Exception {
        return store.publish(bundle(version));
    }

    private static void assertRefused(Kind kind, String words, ThrowingCallable operation) {
        assertThatExceptionOfType(OperationException.class)
                .isThrownBy(operation)
                .withMessageContaining(words)
                .satisfies(refused -> assertThat(refused.kind()).isEqualTo(kind));
    }
}
