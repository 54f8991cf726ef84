package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.evaluation.ExactMatch;
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
 * Makes a bundle of trained weights. The captions it serves for the test images are judged first, through the same
 * engine that serves them later, and what they come to is written into the bundle.
 *
 * @param decoding the options to judge with, and the bundle's own where an event has none
 */
public record BundleExport(String version, NetworkConfig network, Vocabulary vocabulary, DecodingOptions decoding) {
    private static final String RESIZE = "stretch";

    public BundleExport {
        requireNonNull(version, "version is null");
        requireNonNull(network, "network is null");
        requireNonNull(vocabulary, "vocabulary is null");
        requireNonNull(decoding, "decoding is null");
    }

    /**
     * Judges and writes.
     *
     * @param folder must not exist; appears complete or not at all
     * @param testImages may be empty, then the bundle has no metrics
     * @param lineage what the weights were made from and how
     */
    public ModelBundle write(
            Path folder,
            Weights weights,
            List<CaptionedImage> testImages,
            Map<String, String> lineage,
            Instant createdAt)
            throws IOException, BundleException, InferenceException {
        Map<String, Double> metrics = testImages.isEmpty() ? Map.of() : judge(weights, testImages);
        return BundleWriter.write(folder, contents(weights, metrics, lineage, createdAt));
    }

    private Map<String, Double> judge(Weights weights, List<CaptionedImage> images)
            throws IOException, BundleException, InferenceException {
        Path draft = Files.createTempDirectory("captionstream-draft-");
        try {
            ModelBundle bundle =
                    BundleWriter.write(draft.resolve("bundle"), contents(weights, Map.of(), Map.of(), Instant.EPOCH));
            try (Captioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.defaults())) {
                ExactMatch match = new CaptionEvaluation(decoding).evaluate(captioner, images);
                return ImmutableMap.of("exactMatch", match.rate(), "testImages", (double) match.captions());
            }
        } finally {
            MoreFiles.deleteRecursively(draft, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private BundleWriter.Contents contents(
            Weights weights, Map<String, Double> metrics, Map<String, String> lineage, Instant createdAt) {
        return new BundleWriter.Contents(
                network.architecture().modelName(),
                version,
                network,
                weights,
                vocabulary,
                RESIZE,
                decoding,
                metrics,
                lineage,
                createdAt);
    }
}
