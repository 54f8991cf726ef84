package io.captionstream.network;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The captioning networks this service knows: an image encoder and the decoder that goes with it. */
public enum Architecture {
    /**
     * ResNet50 (He et al. 2015, with the stride on the 3x3 convolution) and a pre-inject LSTM (Vinyals et al. 2014,
     * "Show and Tell"): a linear map of the image features is the first input of the LSTM.
     */
    RESNET50_LSTM("resnet50-lstm", 32, EncoderVariant.TORCHVISION, Preprocessing.IMAGENET),

    /**
     * InceptionV3 (Szegedy et al. 2015) and a merge decoder (Tanti et al. 2017): the LSTM reads words only, image and
     * words meet in a dense layer before the output. Its word embedding may start from GloVe vectors.
     */
    INCEPTIONV3_GLOVE("inceptionv3-glove", 75, EncoderVariant.KERAS, Preprocessing.PLUS_MINUS_ONE);

    private final String modelName;
    private final int smallestImage;
    private final EncoderVariant variant;
    private final Preprocessing preprocessing;

    Architecture(String modelName, int smallestImage, EncoderVariant variant, Preprocessing preprocessing) {
        this.modelName = modelName;
        this.smallestImage = smallestImage;
        this.variant = variant;
        this.preprocessing = preprocessing;
    }

    /** The name of the model in events, bundles and configuration. */
    public String modelName() {
        return modelName;
    }

    /** Side in pixels of the smallest square image on which every layer still has an output. */
    public int smallestImage() {
        return smallestImage;
    }

    /** The published encoder that a network trained here equals unless it says otherwise. */
    EncoderVariant variant() {
        return variant;
    }

    /** How {@link #variant} wants its pixels. */
    Preprocessing preprocessing() {
        return preprocessing;
    }

    /** @throws IllegalArgumentException if no architecture has this name */
    public static Architecture ofModelName(String modelName) {
        for (Architecture architecture : values()) {
            if (architecture.modelName.equals(modelName)) {
                return architecture;
            }
        }
        throw new IllegalArgumentException("no architecture is called '%s', only %s"
                .formatted(
                        modelName,
                        Arrays.stream(values()).map(Architecture::modelName).collect(Collectors.joining(", "))));
    }
}
