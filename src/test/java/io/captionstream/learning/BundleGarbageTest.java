package io.captionstream.learning;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.Trial;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TinyNetworks;
import io.captionstream.release.Releases;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.captionstream.store.StoredBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleGarbageTest {
    private static final NetworkConfig NETWORK = TinyNetworks.resnet();
    private static final String MODEL = NETWORK.architecture().modelName();
    private static final Duration KEEP = Duration.ofDays(7);

    @TempDir
    private Path folder;

    private BundleStore store;
    private ModelRelease release;

    @BeforeEach
    void open() {
        store = BundleStore.open(StoreConfig.of(folder.resolve("store").toUri()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldDeleteOnlyWhatIsOldAndNotReferredTo() throws Exception {
        StoredBundle rolledBackTo = stored("1", 30);
        StoredBundle live = stored("2", 30);
        StoredBundle trial = stored("3", 30);
        StoredBundle rejectedLately = stored("4", 6);
        StoredBundle rejectedLongAgo = stored("5", 8);
        release = Releases.promote(release(rolledBackTo, "1"), release(live, "2"));
        release = Releases.startTrial(release, trial(trial), "try it");

        assertThat(garbage(KEEP).collect(MODEL)).isOne();

        assertThat(store.list(MODEL))
                .extracting(StoredBundle::digest)
                .containsExactlyInAnyOrder(
                        rolledBackTo.digest(), live.digest(), trial.digest(), rejectedLately.digest())
                .doesNotContain(rejectedLongAgo.digest());
        assertThat(garbage(KEEP).collect(MODEL)).isZero();
    }

    @Test
    void shouldSpareABundleWhoseReleaseIsUnderWay() throws Exception {
        release = release(stored("1", 30), "1");
        StoredBundle underWay = stored("2", 0);

        assertThat(garbage(Duration.ZERO).collect(MODEL)).isZero();

        assertThat(store.list(MODEL)).extracting(StoredBundle::digest).contains(underWay.digest());
    }

    @Test
    void shouldSpareABundleThatIsPromotedWhileItLooks() throws Exception {
        release = release(stored("1", 30), "1");
        StoredBundle promoted = stored("2", 30);
        StoredBundle other = stored("3", 29);
        int[] asked = {0};
        BundleGarbage garbage = new BundleGarbage(
                store,
                model -> {
                    // By hand, between the listing and the first deletion.
                    if (asked[0]++ == 0) {
                        release = Releases.promote(release, release(promoted, "2"));
                    }
                    return release;
                },
                KEEP,
                Clock.systemUTC());

        assertThat(garbage.collect(MODEL)).isOne();

        assertThat(store.list(MODEL))
                .extracting(StoredBundle::digest)
                .contains(promoted.digest())
                .doesNotContain(other.digest());
    }

    @Test
    void shouldCollectFromSeveralProcessesAtOnce() throws Exception {
        release = release(stored("1", 30), "1");
        for (int version = 2; version < 12; version++) {
            stored(Integer.toString(version), 30);
        }
        int deleted = 0;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> collections = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                collections.add(threads.submit(() -> garbage(KEEP).collect(MODEL)));
            }
            for (Future<Integer> collection : collections) {
                deleted += collection.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(deleted).isBetween(1, 40);
        garbage(KEEP).collect(MODEL);
        assertThat(store.list(MODEL)).extracting(StoredBundle::digest).containsExactly(release.getDigest());
    }

    private BundleGarbage garbage(Duration keep) {
        return new BundleGarbage(store, model -> release, keep, Clock.systemUTC());
    }

    private StoredBundle stored(String version, int daysAgo) throws Exception {
        BundleWriter.Contents contents = Bundles.contents(NETWORK);
        ModelBundle bundle = BundleWriter.write(
                folder.resolve("bundle-" + version),
                new BundleWriter.Contents(
                        MODEL,
                        version,
                        NETWORK,
                        contents.weights(),
                        contents.vocabulary(),
                        contents.resize(),
                        contents.decoding(),
                        contents.metrics(),
                        contents.lineage(),
                        contents.createdAt()));
        StoredBundle stored = store.publish(bundle);
        Files.setLastModifiedTime(
                Path.of(stored.uri()), FileTime.from(Instant.now().minus(Duration.ofDays(daysAgo))));
        return stored;
    }

    private static ModelRelease release(StoredBundle bundle, String version) throws IOException {
        return ModelRelease.newBuilder(FakeWork.release(MODEL, version, bundle.digest()))
                .setBundleUri(bundle.uri().toString())
                .build();
    }

    private static Trial trial(StoredBundle bundle) {
        return Trial.newBuilder()
                .setVersion("3")
                .setBundleUri(bundle.uri().toString())
                .setDigest(bundle.digest())
                .setMode(Releases.SHADOW)
                .setPercentage(100)
                .setStartedAt(Instant.EPOCH)
                .build();
    }
}
