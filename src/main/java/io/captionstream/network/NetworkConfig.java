package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.tensorflow.ndarray.Shape;

/**
 * The shape of one captioning network. Two presets exist: {@link #paper} has the published sizes, {@link #demo} the same
 * blocks and depth at a width and input size that train on two CPU cores in minutes.
 *
 * @param architecture encoder and decoder
 * @param imageSize side of the square input in pixels
 * @param encoderWidth factor on every channel count of the encoder; 1 is the published network
 * @param embeddingSize length of a word vector
 * @param hiddenSize length of the LSTM's state
 * @param vocabularySize number of tokens, the four special ones included
 * @param maxLength the longest caption in tokens that is trained on and, unless asked otherwise, generated; the end token
 *     counts, the start token does not
 * @param variant which published encoder this one equals
 * @param preprocessing how the encoder wants its pixels
 */
public record NetworkConfig(
        Architecture architecture,
        int imageSize,
        double encoderWidth,
        int embeddingSize,
        int hiddenSize,
        int vocabularySize,
        int maxLength,
        EncoderVariant variant,
        Preprocessing preprocessing) {
    private static final int CHANNEL_MULTIPLE = 4;
    private static final int FEWEST_CHANNELS = 8;
    private static final int MAX_LENGTH = 20;

    public NetworkConfig {
        requireNonNull(architecture, "architecture is null");
        requireNonNull(variant, "variant is null");
        requireNonNull(preprocessing, "preprocessing is null");
        checkArgument(
                imageSize >= architecture.smallestImage() && imageSize <= 4096,
                "imageSize of %s must be between %s and 4096: %s",
                architecture.modelName(),
                architecture.smallestImage(),
                imageSize);
        checkArgument(encoderWidth > 0 && encoderWidth <= 4, "encoderWidth must be in (0, 4]: %s", encoderWidth);
        checkArgument(embeddingSize > 0, "embeddingSize must be positive: %s", embeddingSize);
        checkArgument(hiddenSize > 0, "hiddenSize must be positive: %s", hiddenSize);
        checkArgument(vocabularySize > 4, "vocabularySize must exceed the 4 special tokens: %s", vocabularySize);
        checkArgument(maxLength > 0 && maxLength <= 1000, "maxLength must be between 1 and 1000: %s", maxLength);
    }

    /** The published sizes: 224 or 299 pixels, embedding 256 or 300, 512 LSTM units, 20 tokens. */
    public static NetworkConfig paper(Architecture architecture, int vocabularySize) {
        return switch (architecture) {
            case RESNET50_LSTM -> preset(architecture, 224, 1, 256, 512, vocabularySize);
            case INCEPTIONV3_GLOVE -> preset(architecture, 299, 1, 300, 512, vocabularySize);
        };
    }

    /** The same layers, fewer than a million parameters, small images. */
    public static NetworkConfig demo(Architecture architecture, int vocabularySize) {
        return switch (architecture) {
            case RESNET50_LSTM -> preset(architecture, 80, 0.125, 128, 192, vocabularySize);
            case INCEPTIONV3_GLOVE -> preset(architecture, 80, 0.125, 50, 128, vocabularySize);
        };
    }

    /** The same network with another number of tokens. */
    public NetworkConfig withVocabularySize(int tokens) {
        return new NetworkConfig(
                architecture,
                imageSize,
                encoderWidth,
                embeddingSize,
                hiddenSize,
                tokens,
                maxLength,
                variant,
                preprocessing);
    }

    private static NetworkConfig preset(
            Architecture architecture,
            int imageSize,
            double encoderWidth,
            int embeddingSize,
            int hiddenSize,
            int vocabularySize) {
        return new NetworkConfig(
                architecture,
                imageSize,
                encoderWidth,
                embeddingSize,
                hiddenSize,
                vocabularySize,
                MAX_LENGTH,
                architecture.variant(),
                architecture.preprocessing());
    }

    /** The same with another published encoder. */
    public NetworkConfig withEncoder(EncoderVariant variant, Preprocessing preprocessing) {
        return new NetworkConfig(
                architecture,
                imageSize,
                encoderWidth,
                embeddingSize,
                hiddenSize,
                vocabularySize,
                maxLength,
                variant,
                preprocessing);
    }

    /** Shape of a batch of images: {@code [?, size, size, 3]}. */
    Shape imageShape() {
        return Shape.of(-1, imageSize, imageSize, 3);
    }

    /** The published channel count scaled by {@link #encoderWidth}: a multiple of 4, at least 8. */
    int channels(int published) {
        long scaled = Math.round(published * encoderWidth / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE;
        return (int) Math.max(FEWEST_CHANNELS, scaled);
    }
}
