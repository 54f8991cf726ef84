package io.captionstream.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store does, whatever it is made of. */
abstract class BundleStoreContract {
    private static final Path BUNDLES = Path.of("src/demo/models");
    private static final String MODEL = "inceptionv3-glove";

    @TempDir
    Path folder;

    /** Without any bundles. */
    abstract BundleStore store();

    /** Changes a file of a stored bundle behind the store's back. */
    abstract void damage(StoredBundle bundle, String file) throws IOException;

    /** Takes the manifest away, as if a crash had come before it was written. */
    abstract void removeManifest(StoredBundle bundle) throws IOException;

    @Test
    void shouldGiveBackWhatWasPublished() throws Exception {
        ModelBundle bundle = bundle(MODEL);
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle);

            assertThat(stored.digest()).isEqualTo(bundle.digest());
            assertThat(stored.uri().toString()).endsWith("/" + MODEL + "/" + bundle.digest());
            assertThat(cache(store).open(stored.uri(), stored.digest()).digest())
                    .isEqualTo(bundle.digest());
            assertThat(store.list(MODEL)).containsExactly(stored);
            assertThat(store.list("other")).isEmpty();
            assertThat(store.manifest(stored.uri())).isEqualTo(bundle.manifest());
        }
    }

    @Test
    void shouldStoreABundleOnce() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle first = store.publish(bundle(MODEL));

            assertThat(store.publish(bundle(MODEL))).isEqualTo(first);
            assertThat(store.list(MODEL)).hasSize(1);
        }
    }

    @Test
    void shouldKeepModelsApart() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle inception = store.publish(bundle(MODEL));
            StoredBundle resnet = store.publish(bundle("resnet50-lstm"));

            assertThat(store.list(MODEL)).containsExactly(inception);
            assertThat(store.list("resnet50-lstm")).containsExactly(resnet);
            assertThat(store.models()).containsExactly(MODEL, "resnet50-lstm");
        }
    }

    @Test
    void shouldForgetWhatIsDeleted() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            store.delete(stored.uri());
            store.delete(stored.uri());

            assertThat(store.list(MODEL)).isEmpty();
            assertThat(store.models()).isEmpty();
            assertThatThrownBy(() -> store.manifest(stored.uri())).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> cache(store).open(stored.uri(), stored.digest()))
                    .isInstanceOf(NoSuchFileException.class);
            assertThat(store.publish(bundle(MODEL)).uri()).isEqualTo(stored.uri());
        }
    }

    @Test
    void shouldRefuseABundleThatIsNotWhatItsNameSays() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            assertThatThrownBy(() -> cache(store).open(stored.uri(), "0".repeat(64)))
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining(stored.digest());
            damage(stored, "vocabulary.txt");

            assertThatThrownBy(() -> cache(store).open(stored.uri(), stored.digest()))
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining("vocabulary.txt");
            assertThat(entries(folder.resolve("cache"))).isEmpty();
        }
    }

    @Test
    void shouldRefuseAManifestThatIsNotWhatItsNameSays() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            damage(stored, "bundle.json");

            assertThatThrownBy(() -> store.manifest(stored.uri()))
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining("bundle.json");
        }
    }

    @Test
    void shouldFetchAgainWhatIsDamagedInTheCache() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            Path cached = cache(store).open(stored.uri(), stored.digest()).directory();
            Files.writeString(cached.resolve("vocabulary.txt"), "nonsense");

            assertThat(cache(store).open(stored.uri(), stored.digest()).digest())
                    .isEqualTo(stored.digest());
        }
    }

    @Test
    void shouldDoWithoutTheStoreForWhatIsInTheCache() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            StoredBundle other = store.publish(bundle("resnet50-lstm"));
            cache(store).open(stored.uri(), stored.digest());
            cache(store).open(other.uri(), other.digest());
            store.delete(stored.uri());
            store.delete(other.uri());

            cache(store).retain(Set.of(stored.digest()));

            assertThat(cache(store).open(stored.uri(), stored.digest()).digest())
                    .isEqualTo(stored.digest());
            assertThatThrownBy(() -> cache(store).open(other.uri(), other.digest()))
                    .isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void shouldNotListWhatACrashLeftBehind() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            removeManifest(stored);

            assertThatThrownBy(() -> cache(store).open(stored.uri(), stored.digest()))
                    .isInstanceOfAny(NoSuchFileException.class, BundleException.class);
        }
    }

    @Test
    void shouldRefuseUrisFromElsewhere() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle(MODEL));
            for (String uri : List.of(
                    "file:///etc/" + stored.digest(),
                    "s3://other/" + MODEL + "/" + stored.digest(),
                    "http://127.0.0.1/" + MODEL + "/" + stored.digest(),
                    stored.uri() + "/..",
                    stored.uri().toString().replace(stored.digest(), "abc"))) {
                assertThatThrownBy(() -> store.fetch(URI.create(uri), folder))
                        .as(uri)
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> store.delete(URI.create(uri)))
                        .as(uri)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private BundleCache cache(BundleStore store) {
        return new BundleCache(store, folder.resolve("cache"));
    }

    static ModelBundle bundle(String model) throws BundleException {
        return ModelBundle.open(BUNDLES.resolve(model));
    }

    static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
