package io.captionstream.training;

import static java.util.Objects.requireNonNull;

import io.captionstream.image.ResizeMode;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Makes a bundle of trained weights. The captions it serves for the test images are judged first, through the same
 * engine that serves them later, and what they come to is written into the bundle.
 *
 * @param decoding the options to judge with, and the bundle's own where an event has none
 * @param resize how images become the size of the network's
 */
public record BundleExport(
        String version, NetworkConfig network, Vocabulary vocabulary, DecodingOptions decoding, ResizeMode resize) {
    public BundleExport {
        requireNonNull(version, "version is null");
        requireNonNull(network, "network is null");
        requireNonNull(vocabulary, "vocabulary is null");
        requireNonNull(decoding, "decoding is null");
        requireNonNull(resize, "resize is null");
    }

    /** Of a network whose images are stretched. */
    public BundleExport(String version, NetworkConfig network, Vocabulary vocabulary, DecodingOptions decoding) {
        this(version, network, vocabulary, decoding, ResizeMode.STRETCH);
    }

    /**
     * Judges and writes.
     *
     * @param folder must not exist; appears complete or not at all
     * @param heldOut images that were not trained on, see {@link MeasuredBundle}; may be empty, then the bundle has no
     *     metrics
     * @param lineage what the weights were made from and how
     */
    public ModelBundle write(
            Path folder, Weights weights, List<CaptionedImage> heldOut, Map<String, String> lineage, Instant createdAt)
            throws IOException, BundleException, InferenceException {
        return MeasuredBundle.write(folder, contents(weights, lineage, createdAt), heldOut);
    }

    BundleWriter.Contents contents(Weights weights, Map<String, String> lineage, Instant createdAt) {
        return new BundleWriter.Contents(
                network.architecture().modelName(),
                version,
                network,
                weights,
                vocabulary,
                resize.label(),
                decoding,
                Map.of(),
                lineage,
                createdAt);
    }
}
