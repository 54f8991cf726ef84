package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.TensorShapes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the encoder of an architecture out of published files: safetensors with the names of torchvision and timm, HDF5
 * of keras-applications. Which of the two networks it is (they differ in strides, biases, epsilon and average pools) is
 * told by the tensors of the file.
 */
public final class EncoderImport {
    /** Sizes of the decoder do not matter to the encoder's shapes. */
    private static final int ANY_SIZE = 8;

    private final Architecture architecture;
    private final double width;

    /** @param width factor on the published channel counts, 1 for published weights */
    public EncoderImport(Architecture architecture, double width) {
        this.architecture = requireNonNull(architecture, "architecture is null");
        this.width = width;
    }

    /**
     * Reads a file.
     *
     * @param variant which network the file must be of; null takes what it is
     * @throws MalformedWeightsException if it is damaged, lacks a tensor, has one too many, of another shape or type, or
     *     with a number that is not finite, or is of the other variant; says which tensor
     */
    public ImportedEncoder read(Path file, @Nullable EncoderVariant variant) throws IOException {
        ImportedEncoder encoder =
                switch (FileKind.of(file)) {
                    case HDF5 -> new KerasEncoder(architecture, shapes(EncoderVariant.KERAS)).read(file);
                    case SAFETENSORS -> new TorchEncoder(architecture, this::shapes).read(file);
                };
        if (variant != null && variant != encoder.variant()) {
            throw new MalformedWeightsException(
                    "%s: the tensors are those of variant %s, not %s".formatted(file, encoder.variant(), variant));
        }
        return encoder;
    }

    private Map<String, long[]> shapes(EncoderVariant variant) {
        return TensorShapes.encoder(new NetworkConfig(
                architecture,
                architecture.smallestImage(),
                width,
                ANY_SIZE,
                ANY_SIZE,
                ANY_SIZE,
                ANY_SIZE,
                variant,
                preprocessing(architecture, variant)));
    }

    /** What the publishers of a network feed it. */
    static Preprocessing preprocessing(Architecture architecture, EncoderVariant variant) {
        return switch (architecture) {
            case RESNET50_LSTM -> variant == EncoderVariant.KERAS ? Preprocessing.CAFFE : Preprocessing.IMAGENET;
            // torchvision's transform_input turns the statistics of ImageNet back into [-1, 1].
            case INCEPTIONV3_GLOVE -> Preprocessing.PLUS_MINUS_ONE;
        };
    }
}
