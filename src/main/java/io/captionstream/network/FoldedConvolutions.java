package io.captionstream.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;

/**
 * Convolutions for serving: batch normalization with its running statistics is a factor and a shift per channel, which go
 * into kernel and bias. About twice as fast on a CPU as the two operations.
 */
final class FoldedConvolutions implements Convolutions {
    private final Ops tf;
    private final ConstantParameters parameters;

    FoldedConvolutions(Ops tf, ConstantParameters parameters) {
        this.tf = tf;
        this.parameters = parameters;
    }

    @Override
    public Operand<TFloat32> normalized(Operand<TFloat32> x, Spec spec) {
        int channels = spec.outputs();
        float[] shift = parameters.values(spec.shift(), channels);
        float[] mean = parameters.values(spec.mean(), channels);
        float[] variance = parameters.values(spec.variance(), channels);
        float[] kernel =
                Layout.CONVOLUTION.toGraph(parameters.values(spec.kernel(), spec.kernelShape()), spec.kernelShape());
        double[] scale = new double[channels];
        float[] bias = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            double factor = spec.gamma() ? parameters.values(spec.factor(), channels)[channel] : 1;
            double before = spec.bias() ? parameters.values(spec.convolutionBias(), channels)[channel] : 0;
            scale[channel] = factor / Math.sqrt((double) variance[channel] + spec.epsilon());
            bias[channel] = (float) (shift[channel] + (before - mean[channel]) * scale[channel]);
        }
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = (float) (kernel[i] * scale[i % channels]);
        }
        Operand<TFloat32> folded = tf.withName(spec.kernel())
                .constant(Shape.of(Layout.CONVOLUTION.graphShape(spec.kernelShape())), DataBuffers.of(kernel));
        Operand<TFloat32> y = tf.nn.conv2d(
                x, folded, List.of(1L, (long) spec.stride(), (long) spec.stride(), 1L), padding(spec), options(spec));
        return tf.nn.biasAdd(y, tf.withName(spec.convolutionBias()).constant(bias));
    }

    private static String padding(Spec spec) {
        if (spec.keepsSize()) {
            return "SAME";
        }
        return spec.padHeight() == 0 && spec.padWidth() == 0 ? "VALID" : "EXPLICIT";
    }

    private static Conv2d.Options[] options(Spec spec) {
        if (!padding(spec).equals("EXPLICIT")) {
            return new Conv2d.Options[0];
        }
        long vertical = spec.padHeight();
        long horizontal = spec.padWidth();
        return new Conv2d.Options[] {
            Conv2d.explicitPaddings(List.of(0L, 0L, vertical, vertical, horizontal, horizontal, 0L, 0L))
        };
    }
}
