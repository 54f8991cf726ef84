package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleWriter;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes bundles and weights files of this project out of published weights.
 *
 * @param architecture what the weights are of
 * @param version of the bundle
 * @param imageSize side of the square input in pixels
 * @param encoderWidth factor on the published channel counts
 * @param maxLength longest caption in tokens, the end token included
 * @param resize {@code stretch} or {@code center-crop}
 * @param variant the network the encoder must be of; null takes the one its file is of
 * @param preprocessing how the encoder wants its pixels; null takes what its publishers feed it
 */
public record WeightImport(
        Architecture architecture,
        String version,
        int imageSize,
        double encoderWidth,
        int maxLength,
        String resize,
        @Nullable EncoderVariant variant,
        @Nullable Preprocessing preprocessing) {
    public WeightImport {
        requireNonNull(architecture, "architecture is null");
        requireNonNull(version, "version is null");
        requireNonNull(resize, "resize is null");
    }

    /** Reads an encoder. */
    public ImportedEncoder encoder(Path file) throws IOException {
        return new EncoderImport(architecture, encoderWidth).read(file, variant);
    }

    /**
     * Writes the weights of an encoder for training to start from.
     *
     * @param out safetensors, names beginning with {@code encoder.}; must not exist
     */
    public void writeEncoder(Path out, ImportedEncoder encoder) throws IOException {
        WeightsFile.write(out, encoder.weights());
    }

    /**
     * Writes a bundle of an encoder and a decoder.
     *
     * @param out must not exist; appears complete or not at all
     * @param encoderFile where the encoder came from, for the lineage
     * @throws IllegalArgumentException if the vocabulary file is not one
     */
    public ModelBundle writeBundle(
            Path out,
            ImportedEncoder encoder,
            Path encoderFile,
            Path decoderFile,
            Path vocabularyFile,
            Instant createdAt)
            throws IOException, BundleException {
        WeightsFile.requireAbsent(out);
        Vocabulary vocabulary = Vocabulary.read(vocabularyFile);
        ImportedDecoder decoder = new DecoderImport(architecture, encoderWidth).read(decoderFile, vocabulary.size());
        NetworkConfig network = new NetworkConfig(
                architecture,
                imageSize,
                encoderWidth,
                decoder.embeddingSize(),
                decoder.hiddenSize(),
                vocabulary.size(),
                maxLength,
                encoder.variant(),
                preprocessing == null ? encoder.preprocessing() : preprocessing);
        return BundleWriter.write(
                out,
                new BundleWriter.Contents(
                        architecture.modelName(),
                        version,
                        network,
                        encoder.weights().with(decoder.weights()),
                        vocabulary,
                        resize,
                        DecodingOptions.defaults(maxLength),
                        Map.of(),
                        lineage(encoder, encoderFile, decoderFile),
                        createdAt));
    }

    private static Map<String, String> lineage(ImportedEncoder encoder, Path encoderFile, Path decoderFile)
            throws IOException {
        return ImmutableMap.of(
                "encoderSource", encoder.source(),
                "encoderDigest", digest(encoderFile),
                "decoderDigest", digest(decoderFile));
    }

    private static String digest(Path file) throws IOException {
        return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
    }
}
