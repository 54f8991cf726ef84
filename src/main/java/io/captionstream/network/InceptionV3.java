package io.captionstream.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * InceptionV3 without its classifiers (Szegedy et al. 2015, "Rethinking the Inception Architecture for Computer
 * Vision"), names as in torchvision. The variants differ in gamma and in average pools, see {@link EncoderVariant}.
 */
final class InceptionV3 extends Encoder {
    private static final float EPSILON = 1e-3f;

    InceptionV3(NetworkConfig config) {
        super(config);
    }

    @Override
    int features() {
        return channels(320) + 4 * channels(384) + channels(192);
    }

    @Override
    Operand<TFloat32> map(Ops tf, Convolutions convolutions, Operand<TFloat32> x) {
        return new Build(tf, convolutions).map(x);
    }

    /** One pass over the layers of one graph. */
    private final class Build {
        private final Ops tf;
        private final Convolutions convolutions;

        private Build(Ops tf, Convolutions convolutions) {
            this.tf = tf;
            this.convolutions = convolutions;
        }

        private Operand<TFloat32> map(Operand<TFloat32> x) {
            Operand<TFloat32> y = reduce(x, "Conv2d_1a_3x3", 32);
            y = conv(y, "Conv2d_2a_3x3", 32, 3, 3, 1, 0, 0);
            y = same(y, "Conv2d_2b_3x3", 64, 3, 3);
            y = maxPool(tf, y, false);
            y = same(y, "Conv2d_3b_1x1", 80, 1, 1);
            y = conv(y, "Conv2d_4a_3x3", 192, 3, 3, 1, 0, 0);
            y = maxPool(tf, y, false);
            y = mixed5(y, "Mixed_5b", 32);
            y = mixed5(y, "Mixed_5c", 64);
            y = mixed5(y, "Mixed_5d", 64);
            y = mixed6a(y);
            y = mixed6(y, "Mixed_6b", 128);
            y = mixed6(y, "Mixed_6c", 160);
            y = mixed6(y, "Mixed_6d", 160);
            y = mixed6(y, "Mixed_6e", 192);
            y = mixed7a(y);
            y = mixed7(y, "Mixed_7b");
            return mixed7(y, "Mixed_7c");
        }

        private Operand<TFloat32> mixed5(Operand<TFloat32> x, String name, int pooled) {
            Operand<TFloat32> one = same(x, name + ".branch1x1", 64, 1, 1);
            Operand<TFloat32> five = same(x, name + ".branch5x5_1", 48, 1, 1);
            five = same(five, name + ".branch5x5_2", 64, 5, 5);
            Operand<TFloat32> three = same(x, name + ".branch3x3dbl_1", 64, 1, 1);
            three = same(three, name + ".branch3x3dbl_2", 96, 3, 3);
            three = same(three, name + ".branch3x3dbl_3", 96, 3, 3);
            return concat(List.of(one, five, three, pool(x, name, pooled)));
        }

        private Operand<TFloat32> mixed6a(Operand<TFloat32> x) {
            Operand<TFloat32> three = reduce(x, "Mixed_6a.branch3x3", 384);
            Operand<TFloat32> twice = same(x, "Mixed_6a.branch3x3dbl_1", 64, 1, 1);
            twice = same(twice, "Mixed_6a.branch3x3dbl_2", 96, 3, 3);
            twice = reduce(twice, "Mixed_6a.branch3x3dbl_3", 96);
            return concat(List.of(three, twice, maxPool(tf, x, false)));
        }

        private Operand<TFloat32> mixed6(Operand<TFloat32> x, String name, int width) {
            Operand<TFloat32> one = same(x, name + ".branch1x1", 192, 1, 1);
            Operand<TFloat32> seven = same(x, name + ".branch7x7_1", width, 1, 1);
            seven = same(seven, name + ".branch7x7_2", width, 1, 7);
            seven = same(seven, name + ".branch7x7_3", 192, 7, 1);
            Operand<TFloat32> twice = same(x, name + ".branch7x7dbl_1", width, 1, 1);
            twice = same(twice, name + ".branch7x7dbl_2", width, 7, 1);
            twice = same(twice, name + ".branch7x7dbl_3", width, 1, 7);
            twice = same(twice, name + ".branch7x7dbl_4", width, 7, 1);
            twice = same(twice, name + ".branch7x7dbl_5", 192, 1, 7);
            return concat(List.of(one, seven, twice, pool(x, name, 192)));
        }

        private Operand<TFloat32> mixed7a(Operand<TFloat32> x) {
            Operand<TFloat32> three = same(x, "Mixed_7a.branch3x3_1", 192, 1, 1);
            three = reduce(three, "Mixed_7a.branch3x3_2", 320);
            Operand<TFloat32> seven = same(x, "Mixed_7a.branch7x7x3_1", 192, 1, 1);
            seven = same(seven, "Mixed_7a.branch7x7x3_2", 192, 1, 7);
            seven = same(seven, "Mixed_7a.branch7x7x3_3", 192, 7, 1);
            seven = reduce(seven, "Mixed_7a.branch7x7x3_4", 192);
            return concat(List.of(three, seven, maxPool(tf, x, false)));
        }

        private Operand<TFloat32> mixed7(Operand<TFloat32> x, String name) {
            Operand<TFloat32> one = same(x, name + ".branch1x1", 320, 1, 1);
            Operand<TFloat32> three = same(x, name + ".branch3x3_1", 384, 1, 1);
            Operand<TFloat32> threeWide = same(three, name + ".branch3x3_2a", 384, 1, 3);
            Operand<TFloat32> threeHigh = same(three, name + ".branch3x3_2b", 384, 3, 1);
            Operand<TFloat32> twice = same(x, name + ".branch3x3dbl_1", 448, 1, 1);
            twice = same(twice, name + ".branch3x3dbl_2", 384, 3, 3);
            Operand<TFloat32> twiceWide = same(twice, name + ".branch3x3dbl_3a", 384, 1, 3);
            Operand<TFloat32> twiceHigh = same(twice, name + ".branch3x3dbl_3b", 384, 3, 1);
            return concat(List.of(one, threeWide, threeHigh, twiceWide, twiceHigh, pool(x, name, 192)));
        }

        private Operand<TFloat32> pool(Operand<TFloat32> x, String name, int outputs) {
            List<Long> size = List.of(1L, 3L, 3L, 1L);
            List<Long> stride = List.of(1L, 1L, 1L, 1L);
            Operand<TFloat32> mean = isKeras()
                    ? tf.nn.avgPool(x, size, stride, "SAME")
                    : tf.nn.avgPool(pad(tf, x), size, stride, "VALID");
            return same(mean, name + ".branch_pool", outputs, 1, 1);
        }

        private Operand<TFloat32> same(Operand<TFloat32> x, String name, int outputs, int height, int width) {
            return conv(x, name, outputs, height, width, 1, height / 2, width / 2);
        }

        private Operand<TFloat32> reduce(Operand<TFloat32> x, String name, int outputs) {
            return conv(x, name, outputs, 3, 3, 2, 0, 0);
        }

        private Operand<TFloat32> conv(
                Operand<TFloat32> x,
                String name,
                int outputs,
                int height,
                int width,
                int stride,
                int padHeight,
                int padWidth) {
            int inputs = Math.toIntExact(x.shape().get(3));
            return tf.nn.relu(convolutions.normalized(
                    x,
                    new Convolutions.Spec(
                            PREFIX + name + ".conv",
                            PREFIX + name + ".bn",
                            inputs,
                            channels(outputs),
                            height,
                            width,
                            stride,
                            padHeight,
                            padWidth,
                            false,
                            !isKeras(),
                            EPSILON)));
        }

        private Operand<TFloat32> concat(List<Operand<TFloat32>> branches) {
            return tf.concat(branches, tf.constant(3));
        }
    }
}
