package io.captionstream.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * ResNet50 without its classifier (He et al. 2015, "Deep Residual Learning for Image Recognition"), names as in
 * torchvision. The variants differ in where the stride of a block is, in biases and in epsilon, see
 * {@link EncoderVariant}.
 */
final class ResNet50 extends Encoder {
    private static final int[] BLOCKS = {3, 4, 6, 3};
    private static final int[] WIDTHS = {64, 128, 256, 512};
    private static final int EXPANSION = 4;

    private final float epsilon;

    ResNet50(NetworkConfig config) {
        super(config);
        this.epsilon = isKeras() ? 1.001e-5f : 1e-5f;
    }

    @Override
    int features() {
        return EXPANSION * channels(512);
    }

    @Override
    Operand<TFloat32> map(Ops tf, Convolutions convolutions, Operand<TFloat32> x) {
        int inputs = channels(64);
        Operand<TFloat32> y = tf.nn.relu(convolutions.normalized(x, spec("conv1", "bn1", 3, inputs, 7, 2)));
        y = maxPool(tf, y, true);
        for (int stage = 0; stage < BLOCKS.length; stage++) {
            int width = channels(WIDTHS[stage]);
            for (int block = 0; block < BLOCKS[stage]; block++) {
                String name = "layer" + (stage + 1) + "." + block;
                int stride = block == 0 && stage > 0 ? 2 : 1;
                y = block(tf, convolutions, y, name, inputs, width, stride, block == 0);
                inputs = EXPANSION * width;
            }
        }
        return y;
    }

    private Operand<TFloat32> block(
            Ops tf,
            Convolutions convolutions,
            Operand<TFloat32> x,
            String name,
            int inputs,
            int width,
            int stride,
            boolean projected) {
        int outputs = EXPANSION * width;
        int first = isKeras() ? stride : 1;
        int second = isKeras() ? 1 : stride;
        Operand<TFloat32> y = convolutions.normalized(x, spec(name + ".conv1", name + ".bn1", inputs, width, 1, first));
        y = convolutions.normalized(tf.nn.relu(y), spec(name + ".conv2", name + ".bn2", width, width, 3, second));
        y = convolutions.normalized(tf.nn.relu(y), spec(name + ".conv3", name + ".bn3", width, outputs, 1, 1));
        Operand<TFloat32> shortcut = projected
                ? convolutions.normalized(
                        x, spec(name + ".downsample.0", name + ".downsample.1", inputs, outputs, 1, stride))
                : x;
        return tf.nn.relu(tf.math.add(y, shortcut));
    }

    private Convolutions.Spec spec(
            String convolution, String normalization, int inputs, int outputs, int size, int stride) {
        int padding = size / 2;
        return new Convolutions.Spec(
                PREFIX + convolution,
                PREFIX + normalization,
                inputs,
                outputs,
                size,
                size,
                stride,
                padding,
                padding,
                isKeras(),
                true,
                epsilon);
    }
}
