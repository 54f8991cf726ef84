package io.captionstream.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** How RGB bytes become the numbers an encoder was trained on. It is part of the graph, not of its callers. */
public enum Preprocessing {
    /** {@code (rgb / 255 - mean) / deviation} with the statistics of ImageNet: torchvision's ResNet50. */
    IMAGENET {
        @Override
        Operand<TFloat32> apply(Ops tf, Operand<TFloat32> rgb) {
            float[] scale = new float[3];
            float[] shift = new float[3];
            for (int channel = 0; channel < 3; channel++) {
                scale[channel] = (float) (1 / (255.0 * IMAGENET_DEVIATION[channel]));
                shift[channel] = (float) (IMAGENET_MEAN[channel] / IMAGENET_DEVIATION[channel]);
            }
            return tf.math.sub(tf.math.mul(rgb, tf.constant(scale)), tf.constant(shift));
        }
    },

    /** {@code rgb / 127.5 - 1}: both InceptionV3. */
    PLUS_MINUS_ONE {
        @Override
        Operand<TFloat32> apply(Ops tf, Operand<TFloat32> rgb) {
            return tf.math.sub(tf.math.mul(rgb, tf.constant((float) (1 / 127.5))), tf.constant(1f));
        }
    },

    /** BGR order, minus the mean of ImageNet, not scaled: the ResNet50 of keras-applications. */
    CAFFE {
        @Override
        Operand<TFloat32> apply(Ops tf, Operand<TFloat32> rgb) {
            Operand<TFloat32> bgr = tf.reverse(rgb, tf.constant(new int[] {3}));
            return tf.math.sub(bgr, tf.constant(new float[] {103.939f, 116.779f, 123.68f}));
        }
    };

    private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_DEVIATION = {0.229, 0.224, 0.225};

    /**
     * Adds the preprocessing to a graph.
     *
     * @param images {@code [B, H, W, 3]}, RGB
     * @return {@code [B, H, W, 3]} in the channel order the encoder expects
     */
    final Operand<TFloat32> of(Ops tf, Operand<TUint8> images) {
        return apply(tf, tf.dtypes.cast(images, TFloat32.class));
    }

    abstract Operand<TFloat32> apply(Ops tf, Operand<TFloat32> rgb);
}
