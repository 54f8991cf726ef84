package io.captionstream.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Turns images into feature vectors. */
abstract class Encoder {
    static final String PREFIX = "encoder.";

    private final NetworkConfig config;

    Encoder(NetworkConfig config) {
        this.config = config;
    }

    static Encoder of(NetworkConfig config) {
        return switch (config.architecture()) {
            case RESNET50_LSTM -> new ResNet50(config);
            case INCEPTIONV3_GLOVE -> new InceptionV3(config);
        };
    }

    /** Length of a feature vector. */
    abstract int features();

    /** The last feature map {@code [B, h, w, features]} of preprocessed images {@code [B, H, W, 3]}. */
    abstract Operand<TFloat32> map(Ops tf, Convolutions convolutions, Operand<TFloat32> x);

    /**
     * Preprocessing, network and global average pool.
     *
     * @param images {@code [B, H, W, 3]}, RGB
     * @return {@code [B, features]}
     */
    final Operand<TFloat32> encode(Ops tf, Convolutions convolutions, Operand<TUint8> images) {
        Operand<TFloat32> map = map(tf, convolutions, config.preprocessing().of(tf, images));
        return tf.math.mean(map, tf.constant(new int[] {1, 2}));
    }

    final int channels(int published) {
        return config.channels(published);
    }

    final boolean isKeras() {
        return config.variant() == EncoderVariant.KERAS;
    }

    /** Maximum over 3x3 cells with stride 2; the padding is zero, which never wins after a ReLU. */
    static Operand<TFloat32> maxPool(Ops tf, Operand<TFloat32> x, boolean padded) {
        return tf.nn.maxPool(
                padded ? pad(tf, x) : x,
                tf.constant(new int[] {1, 3, 3, 1}),
                tf.constant(new int[] {1, 2, 2, 1}),
                "VALID");
    }

    /** One zero on each side. */
    static Operand<TFloat32> pad(Ops tf, Operand<TFloat32> x) {
        return tf.pad(x, tf.constant(new int[][] {{0, 0}, {1, 1}, {1, 1}, {0, 0}}), tf.constant(0f));
    }
}
