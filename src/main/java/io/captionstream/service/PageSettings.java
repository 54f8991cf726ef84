package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.connection.ConnectionSettings;
import io.captionstream.event.Topics;
import io.captionstream.image.FetchConfig;
import io.captionstream.image.ImageConfig;
import java.time.Duration;

/** Turns what the operator set into what the live page takes. */
public final class PageSettings {
    private static final int FETCHES = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServiceConfig config;
    private final Settings settings;

    /** @throws IllegalArgumentException if what is set does not go together */
    public PageSettings(ServiceConfig config) {
        this.config = config;
        this.settings = new Settings(config, Runtime.getRuntime().maxMemory());
        ServiceConfig.Page page = config.page();
        checkArgument(page.maxRate() > 0, "captionstream.page.max-rate must be positive: %s", page.maxRate());
        checkArgument(
                page.authentication() != Authentication.BASIC || !page.users().isEmpty(),
                "captionstream.page.authentication=basic needs users: captionstream.page.users.\"name\"=password");
        checkArgument(
                page.users().values().stream().noneMatch(String::isBlank),
                "captionstream.page.users has a user without a password");
    }

    public boolean enabled() {
        return config.page().enabled();
    }

    public boolean submissions() {
        return config.page().submissions();
    }

    /** In bytes. */
    public long maxUpload() {
        return config.page().maxUpload().asLongValue();
    }

    /** Images a second. */
    public double maxRate() {
        return config.page().maxRate();
    }

    /** Whether versions can be promoted, letters tried again and so on. */
    public boolean changes() {
        return config.operations().enabled();
    }

    /** Whether there is a store that versions can come from. */
    public boolean hasStore() {
        return settings.store().isPresent();
    }

    public boolean registersSchemas() {
        return config.schemaRegistry().register();
    }

    public ConnectionSettings connection() {
        return new ConnectionSettings(
                config.kafka().bootstrapServers(),
                config.kafka().properties(),
                config.schemaRegistry().url(),
                config.schemaRegistry().properties());
    }

    public Topics topics() {
        return settings.topics();
    }

    /** Consumer group of the caption topology. */
    public String captionGroup() {
        return config.caption().applicationId();
    }

    /** The rules for images are the service's; a page has less time and memory. */
    public ImageConfig images() {
        ImageConfig image = settings.image();
        FetchConfig fetch = image.fetch();
        Duration total = fetch.totalTimeout().compareTo(PATIENCE) < 0 ? fetch.totalTimeout() : PATIENCE;
        Duration attempt = fetch.attemptTimeout().compareTo(total) < 0 ? fetch.attemptTimeout() : total;
        return image.withDecodeThreads(1)
                .withMemory(image.maxBytes(), image.decodedMemory() / 4 + 1)
                .withFetch(new FetchConfig(
                        FETCHES,
                        attempt,
                        total,
                        1,
                        fetch.backoff(),
                        fetch.maxBackoff(),
                        fetch.sources().atMost(FETCHES)));
    }
}
