package io.captionstream.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FileBundleStoreTest extends BundleStoreContract {
    @Override
    BundleStore store() {
        return BundleStore.open(StoreConfig.of(folder.resolve("store").toUri()));
    }

    @Override
    void damage(StoredBundle bundle, String file) throws IOException {
        Files.writeString(Path.of(bundle.uri()).resolve(file), "nonsense");
    }

    @Override
    void removeManifest(StoredBundle bundle) throws IOException {
        Files.delete(Path.of(bundle.uri()).resolve("bundle.json"));
    }

    @Test
    void shouldLetSeveralPublishTheSameBundleAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (BundleStore store = store()) {
            Callable<StoredBundle> publish = () -> store.publish(bundle("inceptionv3-glove"));
            List<Future<StoredBundle>> published = threads.invokeAll(
                    IntStream.range(0, 8).mapToObj(i -> publish).toList());

            StoredBundle first = published.get(0).get();
            for (Future<StoredBundle> stored : published) {
                assertThat(stored.get()).isEqualTo(first);
            }
            assertThat(entries(folder.resolve("store/inceptionv3-glove"))).hasSize(1);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void shouldNotListPartsOfACopyThatWasInterrupted() throws Exception {
        try (BundleStore store = store()) {
            StoredBundle stored = store.publish(bundle("inceptionv3-glove"));
            Files.createDirectory(folder.resolve("store/inceptionv3-glove/.part-123"));

            assertThat(store.list("inceptionv3-glove")).containsExactly(stored);
        }
    }
}
