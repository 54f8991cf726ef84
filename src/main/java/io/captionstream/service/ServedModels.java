package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.Batcher;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.BundleException;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelBundle;
import io.captionstream.model.ModelIdentity;
import io.captionstream.model.PrecisionChoice;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** The configured models, loaded, warmed and each behind its batcher. */
final class ServedModels implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ServedModels.class);

    private final Map<String, LiveModel> models = new LinkedHashMap<>();
    private final Map<String, Batcher> batchers = new LinkedHashMap<>();
    private final Map<String, PrecisionChoice> precisions = new LinkedHashMap<>();

    private ServedModels() {}

    /**
     * Loads the bundles one after another and runs each once on every batch size it will see.
     *
     * @throws IllegalArgumentException if none is configured, one is not usable, or two have the same name
     */
    static ServedModels load(ServiceConfig config, BatcherConfig batcherConfig, MeterRegistry meters) {
        List<Path> directories = config.models().orElse(List.of());
        checkArgument(!directories.isEmpty(), "captionstream.models names no model bundle");
        ServedModels served = new ServedModels();
        try {
            for (Path directory : directories) {
                served.add(directory, config, batcherConfig, meters);
            }
            return served;
        } catch (BundleException | InferenceException e) {
            served.close();
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
    }

    private void add(Path directory, ServiceConfig config, BatcherConfig batcherConfig, MeterRegistry meters)
            throws BundleException, InferenceException {
        long start = System.nanoTime();
        ModelBundle bundle = ModelBundle.open(directory);
        DjlCaptioner captioner = DjlCaptioner.load(bundle, captionerConfig(config.inference()));
        ModelIdentity identity = captioner.identity();
        if (models.containsKey(identity.name())) {
            captioner.close();
            throw new IllegalArgumentException(
                    "captionstream.models names two bundles of %s, one at %s".formatted(identity.name(), directory));
        }
        LiveModel model = new LiveModel(captioner);
        models.put(identity.name(), model);
        captioner.warmUp(
                batcherConfig.allowedSizes(), new Settings(config, 1).decoding().defaults());
        batchers.put(
                identity.name(),
                new Batcher(model, batcherConfig, Ticker.systemTicker(), new BatcherMetrics(meters, identity.name())));
        PrecisionChoice precision = captioner.precision();
        precisions.put(identity.name(), precision);
        Gauge.builder("captionstream.model.info", () -> 1)
                .description("Models served, and why in which precision")
                .tag("model", identity.name())
                .tag("version", identity.version())
                .tag("digest", identity.digest())
                .tag("precision", precision.precision())
                .tag("reason", precision.reason())
                .register(meters);
        LOG.infof(
                "Serving %s version %s, digest %s, in %s (%s), ready after %d ms",
                identity.name(),
                identity.version(),
                identity.digest(),
                precision.precision(),
                precision.reason(),
                (System.nanoTime() - start) / 1_000_000);
    }

    private static CaptionerConfig captionerConfig(ServiceConfig.Inference inference) {
        return CaptionerConfig.of(
                        inference.device(),
                        inference.precision(),
                        inference.intraOpThreads().orElse(Runtime.getRuntime().availableProcessors()))
                .withBfloat16Agreement(inference.precisionAgreement());
    }

    /** The batchers by model name, in configured order. */
    Map<String, AsyncCaptioner> captioners() {
        return new LinkedHashMap<>(batchers);
    }

    /** The precision each model runs in, and why, by model name. */
    Map<String, PrecisionChoice> precisions() {
        return Collections.unmodifiableMap(precisions);
    }

    @Override
    public void close() {
        batchers.values().forEach(Batcher::close);
        models.values().forEach(LiveModel::close);
    }
}
