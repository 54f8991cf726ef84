package io.captionstream.service;

import io.captionstream.connection.ConnectionSettings;
import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.finetune.Gate;
import io.captionstream.image.ImageConfig;
import io.captionstream.image.ImageLoader;
import io.captionstream.labels.LabelImages;
import io.captionstream.labels.LabelLog;
import io.captionstream.labels.LabelRules;
import io.captionstream.learning.RegistryCodec;
import io.captionstream.learning.TrainingRun;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.operations.LabelReplay;
import io.captionstream.operations.Operations;
import io.captionstream.replay.ReplayConfig;
import io.captionstream.training.TrainingResources;
import java.nio.file.Path;
import java.time.Clock;

/** Turns what the operator set into what operations and replays take. */
public final class OperationsSettings {
    private final ServiceConfig config;
    private final Settings settings;
    private final TrainingSettings training;

    public OperationsSettings(ServiceConfig config) {
        this.config = config;
        this.settings = new Settings(config, Runtime.getRuntime().maxMemory());
        this.training = new TrainingSettings(config, Runtime.getRuntime().maxMemory());
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
                settings.caption(),
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

    /** What images may be fetched, and how. */
    public ImageConfig images() {
        return settings.image();
    }

    /** How versions learn that are made of replayed labels: as the trainers' do. */
    public FineTuneConfig fineTune() {
        return training.fineTune();
    }

    /**
     * Replays of labels, with a folder of their own: trainers in this process lock theirs.
     *
     * @param images stays the caller's to close, after the replay
     */
    public LabelReplay labelReplay(Operations operations, ImageLoader images) {
        Path folder = config.stateDirectory().resolve("replays");
        RegistryCodec codec = new RegistryCodec(operations.connection().codec(), settings.topics());
        LabelLog labels = new LabelLog(
                operations.connection()::reader,
                new LabelRules(codec::pair, config.training().maxCaptionWords()),
                new LabelImages(images::verify, folder.resolve("labels")));
        TrainingResources resources = training.resources();
        return new LabelReplay(
                operations.models(),
                operations.connection(),
                settings.topics().labeledPairs(),
                new TrainingRun(
                        labels,
                        operations.store(),
                        new Gate(training.gate()),
                        new TrainingResources(
                                resources.pixelMemory(), resources.parallelism(), folder.resolve("features")),
                        folder),
                folder.resolve("plans"),
                Clock.systemUTC());
    }
}
