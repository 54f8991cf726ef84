package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.evaluation.Bleu;
import io.captionstream.evaluation.CaptionCase;
import io.captionstream.evaluation.CiderD;
import io.captionstream.evaluation.ExactCaption;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Judges weights by the captions they serve for images that were not trained on: a bundle is made of them for a moment
 * and decodes through the same engine that serves.
 */
final class DecodedJudge implements EpochJudge {
    private static final int BEAM_WIDTH = 3;
    private static final String RESIZE = "stretch";

    private final NetworkConfig network;
    private final Vocabulary vocabulary;
    private final List<CaptionedImage> images;

    /** @param images at least one */
    DecodedJudge(NetworkConfig network, Vocabulary vocabulary, List<CaptionedImage> images) {
        this.network = requireNonNull(network, "network is null");
        this.vocabulary = requireNonNull(vocabulary, "vocabulary is null");
        this.images = List.copyOf(images);
    }

    @Override
    public Map<String, Double> judge(Weights weights) throws IOException {
        Path draft = Files.createTempDirectory("captionstream-draft-");
        try {
            List<CaptionCase> cases = cases(draft.resolve("bundle"), weights);
            return Map.of(
                    TrainingHistory.CIDER,
                    new CiderD().score(cases).corpus(),
                    "bleu4",
                    new Bleu(4).score(cases).corpus(),
                    "exactMatch",
                    new ExactCaption().score(cases).corpus());
        } catch (BundleException | InferenceException e) {
            throw new IOException("Cannot judge the captions of the epoch: " + e.getMessage(), e);
        } finally {
            MoreFiles.deleteRecursively(draft, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private List<CaptionCase> cases(Path folder, Weights weights)
            throws IOException, BundleException, InferenceException {
        DecodingOptions decoding = new DecodingOptions(BEAM_WIDTH, network.maxLength(), 0);
        ModelBundle bundle = BundleWriter.write(
                folder,
                new BundleWriter.Contents(
                        network.architecture().modelName(),
                        "draft",
                        network,
                        weights,
                        vocabulary,
                        RESIZE,
                        decoding,
                        Map.of(),
                        Map.of(),
                        Instant.EPOCH));
        try (Captioner captioner = DjlCaptioner.load(
                bundle, new CaptionerConfig(CaptionerConfig.Device.AUTO, CaptionerConfig.Precision.FP32, 0))) {
            return new CaptionEvaluation(decoding).cases(captioner, images);
        }
    }
}
