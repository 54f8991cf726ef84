package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.STORE_MISSING;
import static io.captionstream.doctor.Ailment.STORE_UNREADABLE;
import static io.captionstream.doctor.Ailment.STORE_UNWRITABLE;

import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The store of bundles can be read, and by trainers be written to. */
final class StoreCheck implements Check {
    private final DoctorConfig config;

    StoreCheck(DoctorConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "store";
    }

    @Override
    public List<Finding> run() {
        StoreConfig store = config.store();
        if (store == null) {
            return List.of(
                    config.trains()
                            ? Finding.problem(
                                    name(),
                                    STORE_MISSING,
                                    "No store is configured, and trainers need one",
                                    "Set captionstream.store.uri to file:///FOLDER or s3://BUCKET/PREFIX")
                            : Finding.ok(
                                    name(),
                                    "none is configured: only the versions in captionstream.models are served"));
        }
        if (store.root().getScheme().equals("file")) {
            Path root = Path.of(store.root());
            if (!Files.isDirectory(root) || !Files.isReadable(root)) {
                return List.of(unreadable(
                        store,
                        "%s cannot be read: %s"
                                .formatted(
                                        root,
                                        Files.exists(root)
                                                ? "it is no folder that can be read"
                                                : "there is no such folder")));
            }
        }
        try (BundleStore bundles = BundleStore.open(store)) {
            List<String> models = bundles.models();
            return List.of(config.trains() ? writable(store, models) : Finding.ok(name(), found(store, models)));
        } catch (IOException | RuntimeException e) {
            return List.of(unreadable(store, e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    private Finding writable(StoreConfig store, List<String> models) {
        if (!store.root().getScheme().equals("file")) {
            return Finding.ok(name(), found(store, models) + "; whether it can be written to, the first version shows");
        }
        try {
            Files.delete(Files.createTempFile(Path.of(store.root()), ".part-doctor-", null));
            return Finding.ok(name(), found(store, models) + ", and can be written to");
        } catch (IOException e) {
            return Finding.problem(
                    name(),
                    STORE_UNWRITABLE,
                    "%s cannot be written to: %s".formatted(store.root(), e.getMessage()),
                    "Give the trainers' user the right to write there");
        }
    }

    private static String found(StoreConfig store, List<String> models) {
        return "%s has %s"
                .formatted(
                        store.root(), models.isEmpty() ? "no bundles yet" : "bundles of " + String.join(", ", models));
    }

    private Finding unreadable(StoreConfig store, String message) {
        return Finding.problem(
                name(),
                STORE_UNREADABLE,
                message,
                store.root().getScheme().equals("file")
                        ? "Mount or create the folder, and let the service's user read it"
                        : "See that the bucket exists, that the credentials (AWS_ACCESS_KEY_ID, a profile or a role) may list and get it, and that captionstream.store.endpoint, .region and .path-style are the store's");
    }
}
