package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.connection.Connection;
import io.captionstream.connection.ConnectionSettings;
import io.captionstream.event.Topics;
import io.captionstream.store.BundleCache;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * The operations on brokers, registry and store as configured. Bundles are fetched into a folder of its own, which goes
 * with it.
 */
public final class Operations implements AutoCloseable {
    private final Config config;
    private final Connection connection;
    private final BundleStore store;
    private final Path folder;
    private final ModelOperations models;

    /**
     * Where everything is.
     *
     * @param register whether to register the schema of what is written, before it is
     */
    public record Config(ConnectionSettings connection, Topics topics, StoreConfig store, boolean register) {
        public Config {
            requireNonNull(connection, "connection is null");
            requireNonNull(topics, "topics is null");
            requireNonNull(store, "store is null");
        }
    }

    private Operations(Config config, Path folder) {
        this.config = config;
        this.folder = folder;
        this.connection = new Connection(config.connection());
        this.store = BundleStore.open(config.store());
        this.models = new ModelOperations(
                new ConnectedReleases(connection, config.topics().modelReleases(), config.register()),
                store,
                new BundleCache(store, folder),
                Clock.systemUTC());
    }

    /** Connects to nothing yet. */
    public static Operations open(Config config) throws IOException {
        return new Operations(config, Files.createTempDirectory("captionstream-operations-"));
    }

    public Config config() {
        return config;
    }

    public Connection connection() {
        return connection;
    }

    public ModelOperations models() {
        return models;
    }

    public TrainNow training() {
        return new TrainNow(connection, config.topics(), config.register(), Clock.systemUTC());
    }

    public BundleStore store() {
        return store;
    }

    @Override
    public void close() throws IOException {
        store.close();
        connection.close();
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
}
