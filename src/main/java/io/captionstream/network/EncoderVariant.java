package io.captionstream.network;

/** Which published weights an encoder agrees with to the last bit of its definition. */
public enum EncoderVariant {
    /**
     * torchvision and timm. ResNet50: stride on the 3x3 convolution, no convolution bias, epsilon 1e-5. InceptionV3:
     * batch normalization with gamma, average pools count their padding.
     */
    TORCHVISION,

    /**
     * keras-applications. ResNet50: stride on the first 1x1 convolution and on the shortcut, convolutions with bias,
     * epsilon 1.001e-5. InceptionV3: no gamma, average pools leave their padding out.
     */
    KERAS
}
