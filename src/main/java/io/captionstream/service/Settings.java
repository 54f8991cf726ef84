package io.captionstream.service;

import io.captionstream.caption.CaptionConfig;
import io.captionstream.caption.DecodingPolicy;
import io.captionstream.caption.InFlightLimits;
import io.captionstream.caption.RetryBackoff;
import io.captionstream.event.RegistryPatience;
import io.captionstream.event.Topics;
import io.captionstream.image.FetchConfig;
import io.captionstream.image.FileConfig;
import io.captionstream.image.HttpConfig;
import io.captionstream.image.ImageConfig;
import io.captionstream.image.S3Config;
import io.captionstream.image.SourceConfig;
import io.captionstream.inference.BatcherConfig;
import io.captionstream.inference.BreakerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.Refinement;
import io.captionstream.release.RetryDelay;
import io.captionstream.store.StoreConfig;
import io.quarkus.runtime.configuration.MemorySize;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns what the operator set into what each package takes. */
final class Settings {
    private final ServiceConfig config;
    private final long heap;

    /**
     * Creates the settings.
     *
     * @param heap largest heap in bytes, which the default bounds of memory are shares of
     */
    Settings(ServiceConfig config, long heap) {
        this.config = config;
        this.heap = heap;
    }

    Topics topics() {
        ServiceConfig.TopicNames names = config.topics();
        return new Topics(
                names.imageEvents(),
                names.captionEvents(),
                names.deadLetters(),
                names.shadowCaptions(),
                names.labeledPairs(),
                names.labelDeadLetters(),
                names.modelReleases(),
                names.trainingCommands(),
                names.trainingReports());
    }

    RegistryPatience registryPatience() {
        ServiceConfig.SchemaRegistry registry = config.schemaRegistry();
        return new RegistryPatience(registry.answerTimeout(), registry.unknownIdTimeout());
    }

    /** How events are captioned. */
    CaptionConfig caption() {
        ServiceConfig.Caption caption = config.caption();
        InFlightLimits limits = new InFlightLimits(
                caption.maxInFlight(),
                bytes(caption.maxInFlightBytes(), heap / 16),
                bytes(caption.maxInFlightBytesTotal(), heap / 8));
        CaptionConfig settings = new CaptionConfig(
                topics(),
                caption.ordering(),
                limits,
                caption.punctuationInterval(),
                new RetryBackoff(caption.retryBackoff(), caption.maxRetryBackoff()),
                decoding(),
                Math.toIntExact(caption.maxRecordSize().asLongValue()));
        return config.cloudevents().enabled() ? settings.withCloudEvents(source()) : settings;
    }

    private URI source() {
        String source =
                config.cloudevents().source().orElse("/" + config.caption().applicationId());
        try {
            return new URI(source);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("captionstream.cloudevents.source is no URI: " + e.getMessage(), e);
        }
    }

    DecodingPolicy decoding() {
        ServiceConfig.Decoding decoding = config.decoding();
        return new DecodingPolicy(
                new DecodingOptions(decoding.beamWidth(), decoding.maxLength(), decoding.lengthPenalty()),
                new Refinement(
                        decoding.minLength(),
                        decoding.noRepeatNgram(),
                        decoding.beamGroups(),
                        decoding.diversity(),
                        decoding.penaltyInSearch(),
                        decoding.temperature(),
                        decoding.topK()),
                new DecodingPolicy.Limits(
                        decoding.maxBeamWidth(),
                        decoding.maxMaxLength(),
                        decoding.maxLengthPenalty(),
                        decoding.maxDiversity(),
                        decoding.maxTemperature()));
    }

    BatcherConfig batcher() {
        ServiceConfig.Inference inference = config.inference();
        return new BatcherConfig(
                inference.maxBatchSize(),
                inference.linger(),
                inference.allowedBatchSizes(),
                BreakerConfig.of(decoding().defaults()));
    }

    ImageConfig image() {
        ServiceConfig.Image image = config.image();
        long maxBytes = image.maxBytes().asLongValue();
        return new ImageConfig(
                maxBytes,
                image.maxPixels(),
                image.decodeThreads().orElse(Runtime.getRuntime().availableProcessors()),
                bytes(image.encodedMemory(), Math.max(maxBytes, heap / 8)),
                bytes(image.decodedMemory(), heap / 4),
                fetch(image.fetch()),
                http(image.http()),
                new FileConfig(image.fileRoots().orElse(List.of())),
                s3(image.s3()));
    }

    private static FetchConfig fetch(ServiceConfig.Fetch fetch) {
        return new FetchConfig(
                fetch.threads(),
                fetch.attemptTimeout(),
                fetch.totalTimeout(),
                fetch.maxAttempts(),
                fetch.backoff(),
                fetch.maxBackoff(),
                new SourceConfig(
                        fetch.maxPerSource().orElse(fetch.threads()),
                        fetch.breaker().failures(),
                        fetch.breaker().minPause(),
                        fetch.breaker().maxPause(),
                        fetch.outageWindow(),
                        fetch.outageLimit()));
    }

    private static HttpConfig http(ServiceConfig.Http http) {
        return new HttpConfig(
                http.connectTimeout(),
                http.maxRedirects(),
                http.allowDowngrade(),
                http.allowedHosts().orElse(Set.of()),
                http.allowedNetworks().orElse(Set.of()));
    }

    private static S3Config s3(ServiceConfig.S3 s3) {
        return new S3Config(
                s3.endpoint().orElse(null),
                s3.region().orElse(null),
                s3.pathStyle(),
                s3.buckets().orElse(Set.of()));
    }

    /** Where released bundles are; empty if it is not configured. */
    Optional<StoreConfig> store() {
        ServiceConfig.Store store = config.store();
        return store.uri()
                .map(uri -> new StoreConfig(
                        uri, store.endpoint().orElse(null), store.region().orElse(null), store.pathStyle()));
    }

    Path bundleCache() {
        return config.store().cacheDirectory().orElseGet(() -> config.stateDirectory()
                .resolve("bundles"));
    }

    RetryDelay releaseRetry() {
        return new RetryDelay(
                config.releases().retryBackoff(), config.releases().maxRetryBackoff());
    }

    private static long bytes(Optional<MemorySize> configured, long otherwise) {
        return configured.map(MemorySize::asLongValue).orElse(otherwise);
    }
}
