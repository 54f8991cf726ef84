package io.captionstream.cli;

import io.captionstream.store.StoreConfig;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of all commands that use the store of bundles. */
final class StoreOptions {
    @Option(
            names = "--store",
            paramLabel = "URI",
            description =
                    "Where the bundles are: file:///FOLDER or s3://BUCKET/PREFIX (default: captionstream.store.uri).")
    @Nullable
    URI store;

    @Option(
            names = "--store-endpoint",
            paramLabel = "URL",
            description = "Endpoint of an S3-compatible store (default: captionstream.store.endpoint).")
    @Nullable
    URI storeEndpoint;

    @Option(names = "--store-region", description = "Region of the store (default: captionstream.store.region).")
    @Nullable
    String storeRegion;

    @Option(
            names = "--store-path-style",
            description =
                    "Whether the bucket goes into the path instead of the host name (default: captionstream.store.path-style).")
    @Nullable
    Boolean storePathStyle;

    /** Empty if nothing says where the store is. */
    Optional<StoreConfig> store() {
        CommandSettings settings = new CommandSettings();
        return Optional.ofNullable(store)
                .or(() -> settings.text("store.uri").map(URI::create))
                .map(root -> new StoreConfig(
                        root,
                        storeEndpoint != null
                                ? storeEndpoint
                                : settings.text("store.endpoint")
                                        .map(URI::create)
                                        .orElse(null),
                        storeRegion != null
                                ? storeRegion
                                : settings.text("store.region").orElse(null),
                        storePathStyle != null
                                ? storePathStyle
                                : settings.value("store.path-style", Boolean.class, false)));
    }
}
