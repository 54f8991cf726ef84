package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NativeMemory;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Makes captioners of bundles: loaded as configured, and warm. */
final class ModelLoader {
    private final CaptionerConfig config;
    private final List<Integer> batchSizes;
    private final DecodingOptions decoding;
    private final AvailableMemory memory;
    private final double memoryFactor;

    ModelLoader(ServiceConfig config, BatcherConfig batches, AvailableMemory memory) {
        ServiceConfig.Inference inference = config.inference();
        this.config = CaptionerConfig.of(
                        inference.device(),
                        inference.precision(),
                        inference.intraOpThreads().orElse(Runtime.getRuntime().availableProcessors()))
                .withBfloat16Agreement(inference.precisionAgreement());
        this.batchSizes = batches.allowedSizes();
        this.decoding = new Settings(config, 1).decoding().defaults();
        this.memory = memory;
        this.memoryFactor = config.releases().memoryFactor();
        checkArgument(memoryFactor >= 0, "captionstream.releases.memory-factor is negative: %s", memoryFactor);
    }

    /**
     * Loads a bundle and runs it once on every batch size it will see, with the decoding that events get by default.
     *
     * @param beside whether another version captions meanwhile: then there must be room for both, and it is left as much
     *     time between the runs as they take, so that what had to wait for a processor is worked off
     * @return the caller's to close
     * @throws InferenceException if it cannot be loaded here, or cannot decode so
     */
    DjlCaptioner load(ModelBundle bundle, boolean beside) throws InferenceException {
        if (beside) {
            checkRoom(bundle);
        }
        DjlCaptioner captioner = DjlCaptioner.load(bundle, config);
        boolean warm = false;
        try {
            for (int batchSize : batchSizes) {
                long start = System.nanoTime();
                captioner.warmUp(List.of(batchSize), decoding);
                if (beside) {
                    pause(System.nanoTime() - start);
                }
            }
            warm = true;
            return captioner;
        } finally {
            if (!warm) {
                captioner.close();
            }
            NativeMemory.release();
        }
    }

    /** The system would end the process rather than fail an allocation, and take the version in service with it. */
    private void checkRoom(ModelBundle bundle) throws InferenceException {
        long graphBytes =
                bundle.directory().resolve(BundleManifest.GRAPH).toFile().length();
        long needed = (long) (memoryFactor * graphBytes);
        OptionalLong available = memory.bytes();
        if (available.isPresent() && available.getAsLong() < needed) {
            throw new InferenceException(
                    InferenceException.Code.OUT_OF_MEMORY,
                    "beside what serves, version %s needs about %d MB, but %d MB are available (see captionstream.releases.memory-factor)"
                            .formatted(bundle.manifest().version(), needed >> 20, available.getAsLong() >> 20));
        }
    }

    private static void pause(long nanos) throws InferenceException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException(InferenceException.Code.CLOSED, "The service ends", e);
        }
    }
}
