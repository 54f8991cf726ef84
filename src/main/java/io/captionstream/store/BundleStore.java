package io.captionstream.store;

import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps bundles under their digests: {@code ROOT/MODEL/DIGEST}. A bundle that is in the store is complete and never
 * changes; what a crash leaves behind is not in it. Safe for use by several threads and processes.
 */
public interface BundleStore extends AutoCloseable {
    /**
     * Puts a bundle into the store. Does nothing but to say where it is if it is there.
     *
     * @throws IOException if the store cannot be written; the bundle is not in it then
     */
    StoredBundle publish(ModelBundle bundle) throws IOException;

    /**
     * Copies a bundle out of the store. Says nothing about its contents: {@link ModelBundle#open} verifies them.
     *
     * @param folder must exist and be empty
     * @throws java.nio.file.NoSuchFileException if the store has no such bundle
     * @throws IllegalArgumentException if the URI is not one of this store
     * @throws IOException if the store cannot be read
     */
    void fetch(URI bundle, Path folder) throws IOException;

    /**
     * What a bundle says of itself, without its other files.
     *
     * @throws BundleException if what is there is no manifest, or one of a bundle with another digest
     * @throws java.nio.file.NoSuchFileException if the store has no such bundle
     * @throws IllegalArgumentException if the URI is not one of this store
     * @throws IOException if the store cannot be read
     */
    BundleManifest manifest(URI bundle) throws IOException, BundleException;

    /** Names of the models that the store has bundles of, in alphabetical order. */
    List<String> models() throws IOException;

    /** All bundles of a model, the oldest first. */
    List<StoredBundle> list(String model) throws IOException;

    /** Takes a bundle out of the store, if it is there. */
    void delete(URI bundle) throws IOException;

    @Override
    void close();

    /**
     * Opens a store; nothing is created or connected to yet.
     *
     * @param config says where
     */
    static BundleStore open(StoreConfig config) {
        return config.root().getScheme().equals("s3")
                ? new S3BundleStore(config)
                : new FileBundleStore(Path.of(config.root()));
    }
}
