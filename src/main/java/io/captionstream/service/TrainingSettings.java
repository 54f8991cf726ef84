package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.finetune.FineTuneConfig;
import io.captionstream.finetune.GateConfig;
import io.captionstream.learning.CronSchedule;
import io.captionstream.learning.LearningConfig;
import io.captionstream.learning.TrialRules;
import io.captionstream.learning.Trigger;
import io.captionstream.release.RetryDelay;
import io.captionstream.store.StoreConfig;
import io.captionstream.training.TrainingResources;
import io.quarkus.runtime.configuration.MemorySize;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Turns what the operator set for training into what each package takes. */
final class TrainingSettings {
    private final ServiceConfig config;
    private final Settings settings;
    private final long heap;

    /** @param heap largest heap in bytes, which the default bounds of memory are shares of */
    TrainingSettings(ServiceConfig config, long heap) {
        this.config = config;
        this.settings = new Settings(config, heap);
        this.heap = heap;
    }

    /**
     * How labelled pairs become versions.
     *
     * @param models names of the models that are trained
     * @param instance who reports
     */
    LearningConfig learning(Collection<String> models, String instance) {
        ServiceConfig.Training training = config.training();
        return new LearningConfig(
                settings.topics(),
                training.partitions(),
                triggers(models),
                fineTune(),
                new TrialRules(
                        training.trials().minimumPairs(),
                        training.trials().maximumPairs(),
                        training.trials().maximumTime()),
                new RetryDelay(training.retryBackoff(), training.maxRetryBackoff()),
                training.tick(),
                training.collectInterval(),
                instance);
    }

    private Map<String, Trigger> triggers(Collection<String> models) {
        Map<String, ServiceConfig.ModelTriggers> own = config.training().models();
        checkArgument(
                models.containsAll(own.keySet()),
                "captionstream.training.models names %s, but there are only %s",
                own.keySet(),
                models);
        Map<String, Trigger> triggers = new HashMap<>();
        for (String model : models) {
            triggers.put(model, trigger(Optional.ofNullable(own.get(model))));
        }
        return triggers;
    }

    private Trigger trigger(Optional<ServiceConfig.ModelTriggers> own) {
        ServiceConfig.Training all = config.training();
        return new Trigger(
                own.map(ServiceConfig.ModelTriggers::newPairs)
                        .flatMap(pairs -> pairs.isPresent() ? Optional.of(pairs.getAsInt()) : Optional.empty())
                        .orElse(all.newPairs()),
                own.flatMap(ServiceConfig.ModelTriggers::interval)
                        .or(all::interval)
                        .orElse(null),
                own.flatMap(ServiceConfig.ModelTriggers::cron)
                        .or(all::cron)
                        .map(CronSchedule::new)
                        .orElse(null));
    }

    FineTuneConfig fineTune() {
        ServiceConfig.FineTuning fineTune = config.training().fineTune();
        return new FineTuneConfig(
                fineTune.epochs(),
                fineTune.learningRate(),
                fineTune.batchSize(),
                fineTune.microBatches(),
                fineTune.patience(),
                fineTune.trainEncoder(),
                fineTune.replay(),
                fineTune.replayRatio(),
                fineTune.minimumWordCount(),
                fineTune.maximumNewWords(),
                fineTune.decay(),
                fineTune.warmupSteps(),
                fineTune.dropout(),
                fineTune.batchNormMomentum(),
                fineTune.measuredImages(),
                fineTune.seed());
    }

    GateConfig gate() {
        ServiceConfig.Gate gate = config.training().gate();
        return new GateConfig(
                gate.confidence(),
                gate.tolerance(),
                gate.minimumImages(),
                gate.maximumImages(),
                gate.resamples(),
                gate.seed());
    }

    TrainingResources resources() {
        ServiceConfig.Training training = config.training();
        return new TrainingResources(
                training.pixelMemory().map(MemorySize::asLongValue).orElse(heap / 4),
                training.parallelism().orElse(Runtime.getRuntime().availableProcessors()),
                directory().resolve("features"));
    }

    /** Where all of training keeps its files. */
    Path directory() {
        return config.training().directory().orElseGet(() -> config.stateDirectory()
                .resolve("training"));
    }

    /** @throws IllegalArgumentException if none is configured */
    StoreConfig store() {
        return settings.store()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "captionstream.store.uri is not set: it must name the store for the bundles that training makes"));
    }
}
