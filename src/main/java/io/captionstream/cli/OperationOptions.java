package io.captionstream.cli;

import io.captionstream.event.Topics;
import io.captionstream.operations.Operations;
import io.captionstream.store.StoreConfig;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all commands that deal with released models: brokers, registry, topics and the store of bundles. */
final class OperationOptions {
    @Mixin
    @SuppressWarnings("NullAway.Init")
    BrokerOptions broker;

    @Option(
            names = "--topic-prefix",
            paramLabel = "TEXT",
            description = "What stands before the names of all topics (default: captionstream.topics.* name them).")
    @Nullable
    String topicPrefix;

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

    /** @throws IllegalArgumentException if nothing says where the store is */
    Operations open() throws IOException {
        CommandSettings settings = new CommandSettings();
        return Operations.open(new Operations.Config(
                broker.settings(),
                topics(settings),
                store(settings),
                settings.value("schema-registry.register", Boolean.class, true)));
    }

    private Topics topics(CommandSettings settings) {
        if (topicPrefix != null) {
            return Topics.prefixed(topicPrefix);
        }
        Topics defaults = Topics.defaults();
        return new Topics(
                settings.text("topics.image-events", defaults.imageEvents()),
                settings.text("topics.caption-events", defaults.captionEvents()),
                settings.text("topics.dead-letters", defaults.deadLetters()),
                settings.text("topics.shadow-captions", defaults.shadowCaptions()),
                settings.text("topics.labeled-pairs", defaults.labeledPairs()),
                settings.text("topics.label-dead-letters", defaults.labelDeadLetters()),
                settings.text("topics.model-releases", defaults.modelReleases()),
                settings.text("topics.training-commands", defaults.trainingCommands()),
                settings.text("topics.training-reports", defaults.trainingReports()));
    }

    private StoreConfig store(CommandSettings settings) {
        URI root = store != null
                ? store
                : settings.text("store.uri")
                        .map(URI::create)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "Nothing says where the bundles are: give --store or set captionstream.store.uri"));
        return new StoreConfig(
                root,
                storeEndpoint != null
                        ? storeEndpoint
                        : settings.text("store.endpoint").map(URI::create).orElse(null),
                storeRegion != null
                        ? storeRegion
                        : settings.text("store.region").orElse(null),
                storePathStyle != null ? storePathStyle : settings.value("store.path-style", Boolean.class, false));
    }
}
