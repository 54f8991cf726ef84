package io.captionstream.service;

import io.captionstream.inference.BatcherConfig;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import java.util.List;

/** Makes captioners of bundles: loaded as configured, and warm. */
final class ModelLoader {
    private final CaptionerConfig config;
    private final List<Integer> batchSizes;
    private final DecodingOptions decoding;

    ModelLoader(ServiceConfig config, BatcherConfig batches) {
        ServiceConfig.Inference inference = config.inference();
        this.config = CaptionerConfig.of(
                        inference.device(),
                        inference.precision(),
                        inference.intraOpThreads().orElse(Runtime.getRuntime().availableProcessors()))
                .withBfloat16Agreement(inference.precisionAgreement());
        this.batchSizes = batches.allowedSizes();
        this.decoding = new Settings(config, 1).decoding().defaults();
    }

    /**
     * Loads a bundle and runs it once on every batch size it will see, with the decoding that events get by default.
     *
     * @return the caller's to close
     * @throws InferenceException if it cannot be loaded here, or cannot decode so
     */
    DjlCaptioner load(ModelBundle bundle) throws InferenceException {
        DjlCaptioner captioner = DjlCaptioner.load(bundle, config);
        boolean warm = false;
        try {
            captioner.warmUp(batchSizes, decoding);
            warm = true;
            return captioner;
        } finally {
            if (!warm) {
                captioner.close();
            }
        }
    }
}
