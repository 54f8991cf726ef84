package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.Architecture;
import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.TensorShapes;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads a decoder from safetensors in PyTorch's layout: {@code emb.weight}, {@code img.weight}, {@code lstm.weight_ih_l0}
 * and so on, with {@code decoder.} before all of them or without. An encoder in the same file is passed over. The sizes
 * of word vector and state are told by the tensors.
 */
public final class DecoderImport {
    private static final String PREFIX = "decoder.";
    private static final String ENCODER = "encoder.";
    private static final String EMBEDDING = "emb.weight";
    private static final String STATE = "lstm.weight_hh_l0";

    private final Architecture architecture;
    private final double encoderWidth;

    /** @param encoderWidth factor on the published channel counts of the encoder it goes with */
    public DecoderImport(Architecture architecture, double encoderWidth) {
        this.architecture = requireNonNull(architecture, "architecture is null");
        this.encoderWidth = encoderWidth;
    }

    /**
     * Reads a file.
     *
     * @param vocabularySize number of tokens, the special ones included
     * @throws MalformedWeightsException if it is damaged, lacks a tensor, has one too many, of another shape or type, or
     *     with a number that is not finite; says which tensor
     */
    public ImportedDecoder read(Path file, int vocabularySize) throws IOException {
        if (FileKind.of(file) != FileKind.SAFETENSORS) {
            throw new MalformedWeightsException(file + " is HDF5; decoders are read from safetensors");
        }
        Weights found = Safetensors.read(file);
        FloatTypes types = new FloatTypes(file, Safetensors.types(file));
        String prefix = found.contains(PREFIX + STATE) ? PREFIX : "";
        int embedding = columns(file, found, prefix + EMBEDDING);
        int hidden = columns(file, found, prefix + STATE);
        Set<String> left = new TreeSet<>(found.names());
        left.removeIf(name -> name.startsWith(ENCODER));
        Weights.Builder weights = Weights.builder();
        for (Map.Entry<String, long[]> expected :
                shapes(embedding, hidden, vocabularySize).entrySet()) {
            String name = prefix + expected.getKey().substring(PREFIX.length());
            if (!left.remove(name)) {
                throw TensorChecks.missing(file, name, expected.getValue());
            }
            TensorChecks.requireShape(file, name, expected.getValue(), found.shape(name));
            types.require(name);
            weights.put(expected.getKey(), expected.getValue(), TensorChecks.finite(file, name, found));
        }
        TensorChecks.requireNoneLeft(file, left);
        return new ImportedDecoder(embedding, hidden, weights.build());
    }

    private static int columns(Path file, Weights found, String name) throws MalformedWeightsException {
        if (!found.contains(name)) {
            throw new MalformedWeightsException("%s: tensor '%s' is missing; this is not a decoder. It has %s"
                    .formatted(file, name, found.names().stream().limit(5).toList()));
        }
        long[] shape = found.shape(name);
        if (shape.length != 2 || shape[1] < 1) {
            throw new MalformedWeightsException("%s: tensor '%s' has %s dimensions or no columns, a matrix is wanted"
                    .formatted(file, name, shape.length));
        }
        return Math.toIntExact(shape[1]);
    }

    private Map<String, long[]> shapes(int embedding, int hidden, int vocabularySize) {
        NetworkConfig any = NetworkConfig.paper(architecture, vocabularySize);
        return TensorShapes.decoder(new NetworkConfig(
                architecture,
                architecture.smallestImage(),
                encoderWidth,
                embedding,
                hidden,
                vocabularySize,
                any.maxLength(),
                any.variant(),
                any.preprocessing()));
    }
}
