package io.captionstream.service;

import io.captionstream.connection.ConnectionSettings;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.operations.Operations;
import io.captionstream.replay.ReplayConfig;
import java.time.Duration;

/** Turns what the operator set into what operations and replays take. */
public final class OperationsSettings {
    private final ServiceConfig config;
    private final Settings settings;

    public OperationsSettings(ServiceConfig config) {
        this.config = config;
        this.settings = new Settings(config, Runtime.getRuntime().maxMemory());
    }

    /** Whether what changes something may be asked for. */
    public boolean enabled() {
        return config.operations().enabled();
    }

    /** @throws IllegalStateException if no store is configured */
    public Operations.Config operations() {
        return new Operations.Config(
                new ConnectionSettings(
                        config.kafka().bootstrapServers(),
                        config.kafka().properties(),
                        config.schemaRegistry().url(),
                        config.schemaRegistry().properties()),
                settings.topics(),
                settings.store()
                        .orElseThrow(() -> new IllegalStateException(
                                "captionstream.store.uri is not set: it must name the store of the bundles")),
                config.schemaRegistry().register());
    }

    /** Of replays, which caption as the service does. */
    public ReplayConfig replay() {
        ServiceConfig.Inference inference = config.inference();
        return new ReplayConfig(
                settings.caption(true, Duration.ZERO),
                settings.image(),
                CaptionerConfig.of(
                                inference.device(),
                                inference.precision(),
                                inference
                                        .intraOpThreads()
                                        .orElse(Runtime.getRuntime().availableProcessors()))
                        .withBfloat16Agreement(inference.precisionAgreement()),
                settings.batcher(),
                config.caption().closeTimeout(),
                config.schemaRegistry().register());
    }
}
