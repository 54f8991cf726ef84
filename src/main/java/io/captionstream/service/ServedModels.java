package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.captionstream.caption.CaptionTrial;
import io.captionstream.caption.CaptionTrials;
import io.captionstream.event.ModelRelease;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.model.ModelIdentity;
import io.captionstream.model.PrecisionChoice;
import io.captionstream.release.Release;
import io.captionstream.release.ReleaseLoader;
import io.captionstream.release.SwapState;
import io.captionstream.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The configured models, loaded, warmed and each behind its batcher; they follow the releases. */
final class ServedModels implements CaptionTrials, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ServedModels.class);
    private static final int CLOSE_SECONDS = 10;

    private final Map<String, ServedModel> models = new LinkedHashMap<>();
    private final ModelLoader loader;
    private final ReleasedBundles bundles;
    private final ScheduledExecutorService loading;
    private final ServingContext context;
    private final MultiGauge info;

    private ServedModels(
            ServiceConfig config, BatcherConfig batches, MeterRegistry meters, Tracing tracing, SwapReports reports) {
        Settings settings = new Settings(config, 1);
        loader = new ModelLoader(config, batches, new AvailableMemory(Path.of("/")));
        bundles = new ReleasedBundles(settings);
        loading = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                .setNameFormat("model-loader")
                .setDaemon(true)
                .build());
        context = new ServingContext(
                batches,
                meters,
                tracing,
                reports,
                loading,
                settings.releaseRetry(),
                config.releases().trialPatience());
        info = MultiGauge.builder("captionstream.model.info")
                .description("Versions served, and why in which precision")
                .register(meters);
    }

    /**
     * Loads the models one after another, each in its released version or else from its folder, and runs them once on
     * every batch size they will see.
     *
     * @param releases what is known so far to have been released, by model name
     * @throws IllegalArgumentException if no folder is configured, one is not usable, or two have the same name
     */
    static ServedModels load(
            ServiceConfig config,
            BatcherConfig batches,
            MeterRegistry meters,
            Tracing tracing,
            SwapReports reports,
            Map<String, ModelRelease> releases) {
        List<Path> directories = config.models().orElse(List.of());
        checkArgument(!directories.isEmpty(), "captionstream.models names no model bundle");
        ServedModels served = new ServedModels(config, batches, meters, tracing, reports);
        try {
            for (Path directory : directories) {
                served.add(ModelBundle.open(directory), releases);
            }
            served.changed();
            return served;
        } catch (BundleException | InferenceException e) {
            served.close();
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
    }

    private void add(ModelBundle configured, Map<String, ModelRelease> releases) throws InferenceException {
        long start = System.nanoTime();
        String name = configured.manifest().name();
        checkArgument(
                !models.containsKey(name),
                "captionstream.models names two bundles of %s, one at %s",
                name,
                configured.directory());
        Captioner first = first(configured, Optional.ofNullable(releases.get(name)));
        ReleaseLoader released = release -> loader.load(bundles.open(release, configured), true);
        models.put(name, new ServedModel(first, released, context, this::changed));
        ModelIdentity identity = first.identity();
        LOG.infof(
                "Serving %s version %s, digest %s, in %s (%s), ready after %d ms",
                name,
                identity.version(),
                identity.digest(),
                first.precision().precision(),
                first.precision().reason(),
                (System.nanoTime() - start) / 1_000_000);
    }

    /** The released version. If it cannot be loaded, the folder's, and the release is tried again beside it. */
    private Captioner first(ModelBundle configured, Optional<ModelRelease> release) throws InferenceException {
        if (release.isPresent()) {
            try {
                return loader.load(bundles.open(Release.of(release.get()), configured), false);
            } catch (BundleException | InferenceException | IOException | RuntimeException | OutOfMemoryError e) {
                LOG.warnf(
                        "%s begins with version %s: version %s is released, but cannot be loaded: %s",
                        configured.manifest().name(),
                        configured.manifest().version(),
                        release.get().getVersion(),
                        e.getMessage());
            }
        }
        return loader.load(configured, false);
    }

    /** Follows a release from now on, if it is of one of these models. Returns at once. */
    void accept(ModelRelease release) {
        ServedModel model = models.get(release.getModel());
        if (model == null) {
            LOG.debugf("A release of %s, which is not served here", release.getModel());
            return;
        }
        model.accept(release);
        changed();
    }

    /** Brings up to date what depends on which versions there are. */
    private synchronized void changed() {
        info.register(models.values().stream().flatMap(ServedModels::info).toList(), true);
        if (!loading.isShutdown()) {
            loading.execute(this::retainBundles);
        }
    }

    private static Stream<MultiGauge.Row<?>> info(ServedModel model) {
        return model.serving().map(serving -> {
            Captioner captioner = serving.captioner();
            ModelIdentity identity = captioner.identity();
            return MultiGauge.Row.of(
                    Tags.of(
                            "model", identity.name(),
                            "slot", serving.slot(),
                            "version", identity.version(),
                            "digest", identity.digest(),
                            "precision", captioner.precision().precision(),
                            "reason", captioner.precision().reason()),
                    1);
        });
    }

    private void retainBundles() {
        Set<String> needed = new HashSet<>();
        models.values().forEach(model -> needed.addAll(model.neededDigests()));
        bundles.retain(needed);
    }

    /** By model name, in configured order. */
    Map<String, AsyncCaptioner> captioners() {
        Map<String, AsyncCaptioner> captioners = new LinkedHashMap<>();
        models.forEach((name, model) -> captioners.put(name, model.captioner()));
        return captioners;
    }

    @Override
    public Optional<CaptionTrial> of(String model) {
        ServedModel served = models.get(model);
        return served == null ? Optional.empty() : served.trial();
    }

    Collection<ServedModel> all() {
        return Collections.unmodifiableCollection(models.values());
    }

    /** The precision each model runs in, and why, by model name. */
    Map<String, PrecisionChoice> precisions() {
        Map<String, PrecisionChoice> precisions = new LinkedHashMap<>();
        models.forEach((name, model) -> model.serving()
                .findFirst()
                .ifPresent(serving -> precisions.put(name, serving.captioner().precision())));
        return precisions;
    }

    /** What each model serves and is to serve, in words, by model name and slot. */
    Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        models.forEach((name, model) -> {
            versions.put(name, SwapDescription.of(model.status()));
            if (model.trialStatus().state() != SwapState.EMPTY) {
                versions.put(name + " trial", SwapDescription.of(model.trialStatus()));
            }
        });
        return versions;
    }

    /** Since when and why each model fails on everything that does, by model name. */
    Map<String, String> unavailable() {
        Map<String, String> unavailable = new LinkedHashMap<>();
        models.forEach((name, model) -> model.unavailable().ifPresent(reason -> unavailable.put(name, reason)));
        return unavailable;
    }

    /** The model that has been at one batch for longer than the limit, or that nothing feeds any more, if there is one. */
    Optional<String> stuckModel(Duration limit) {
        return models.values().stream()
                .filter(model -> model.isBroken() || model.busy().compareTo(limit) > 0)
                .map(ServedModel::name)
                .findFirst();
    }

    @Override
    public void close() {
        models.values().forEach(ServedModel::stopSwapping);
        stopLoading();
        models.values().forEach(ServedModel::close);
        bundles.close();
    }

    private void stopLoading() {
        synchronized (this) {
            loading.shutdownNow();
        }
        try {
            if (!loading.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warnf("A model is still being loaded %s s after the end was asked for", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
