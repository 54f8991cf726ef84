package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** Builds convolutions followed by batch normalization, the only kind of convolution both encoders have. */
interface Convolutions {
    /**
     * Convolution and normalization, no activation.
     *
     * @param x {@code [B, H, W, spec.inputs()]}
     * @return {@code [B, H', W', spec.outputs()]}
     */
    Operand<TFloat32> normalized(Operand<TFloat32> x, Spec spec);

    /**
     * One convolution and its normalization. Zero padding is symmetric and explicit, as in PyTorch: TensorFlow's SAME
     * differs from it where the stride is 2.
     *
     * @param convolution name of the layer that has {@code weight} and perhaps {@code bias}
     * @param normalization name of the layer that has {@code weight} (gamma), {@code bias} (beta), {@code running_mean}
     *     and {@code running_var}
     * @param bias whether the convolution has a bias
     * @param gamma whether the normalization has a factor; it is 1 otherwise
     */
    record Spec(
            String convolution,
            String normalization,
            int inputs,
            int outputs,
            int height,
            int width,
            int stride,
            int padHeight,
            int padWidth,
            boolean bias,
            boolean gamma,
            float epsilon) {
        public Spec {
            checkArgument(stride == 1 || stride == 2, "stride must be 1 or 2: %s", stride);
        }

        long[] kernelShape() {
            return new long[] {outputs, inputs, height, width};
        }

        /** Whether TensorFlow's SAME is the same padding. */
        boolean keepsSize() {
            return stride == 1 && 2 * padHeight == height - 1 && 2 * padWidth == width - 1;
        }

        String kernel() {
            return convolution + ".weight";
        }

        String convolutionBias() {
            return convolution + ".bias";
        }

        String factor() {
            return normalization + ".weight";
        }

        String shift() {
            return normalization + ".bias";
        }

        String mean() {
            return normalization + ".running_mean";
        }

        String variance() {
            return normalization + ".running_var";
        }
    }
}
