package io.captionstream.training;

import io.captionstream.evaluation.Bleu;
import io.captionstream.evaluation.CaptionCase;
import io.captionstream.evaluation.CiderD;
import io.captionstream.evaluation.ExactCaption;
import io.captionstream.image.ResizeMode;
import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Judges weights by the captions they serve for images that were not trained on: a bundle is made of them for a moment
 * and decodes through the same engine that serves.
 */
final class DecodedJudge implements EpochJudge {
    private final BundleExport export;
    private final List<CaptionedImage> images;

    /** @param images at least one */
    DecodedJudge(NetworkConfig network, Vocabulary vocabulary, ResizeMode resize, List<CaptionedImage> images) {
        this.export =
                new BundleExport("draft", network, vocabulary, DecodingOptions.defaults(network.maxLength()), resize);
        this.images = List.copyOf(images);
    }

    @Override
    public Map<String, Double> judge(Weights weights) throws IOException {
        try (DraftBundle draft = DraftBundle.write(export.contents(weights, Map.of(), Instant.EPOCH))) {
            List<CaptionCase> cases = cases(draft.bundle());
            return Map.of(
                    TrainingHistory.CIDER,
                    new CiderD().score(cases).corpus(),
                    "bleu4",
                    new Bleu(4).score(cases).corpus(),
                    "exactMatch",
                    new ExactCaption().score(cases).corpus());
        } catch (BundleException | InferenceException e) {
            throw new IOException("Cannot judge the captions of the epoch: " + e.getMessage(), e);
        }
    }

    private List<CaptionCase> cases(ModelBundle bundle) throws IOException, InferenceException {
        CaptionerConfig config = new CaptionerConfig(CaptionerConfig.Device.AUTO, CaptionerConfig.Precision.FP32, 0);
        try (Captioner captioner = DjlCaptioner.load(bundle, config)) {
            return new CaptionEvaluation(export.decoding()).cases(captioner, images);
        }
    }
}
