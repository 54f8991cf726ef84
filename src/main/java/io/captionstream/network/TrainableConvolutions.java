package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;

/**
 * Convolutions on variables. In training mode batch normalization uses the statistics of the batch and moves the running
 * ones; otherwise it uses the running ones.
 */
final class TrainableConvolutions implements Convolutions {
    private static final Initializer ZERO = Initializer.constant(0);
    private static final Initializer ONE = Initializer.constant(1);

    private final Ops tf;
    private final VariableParameters parameters;
    private final boolean training;
    private final float momentum;
    private final List<Op> updates = new ArrayList<>();
    private final List<Output<TFloat32>> statistics = new ArrayList<>();
    private final List<Operand<TFloat32>> applied = new ArrayList<>();

    /**
     * @param momentum share of a batch in the running statistics, as in PyTorch: {@code running = (1 - momentum) *
     *     running + momentum * batch}
     */
    TrainableConvolutions(Ops tf, VariableParameters parameters, boolean training, float momentum) {
        this.tf = tf;
        this.parameters = parameters;
        this.training = training;
        this.momentum = momentum;
    }

    /** The updates of the running statistics, to run with every training step. */
    List<Op> updates() {
        return updates;
    }

    /** The statistics of the batch: per layer mean and variance. */
    List<Output<TFloat32>> statistics() {
        return statistics;
    }

    /** What {@link #updates} move the running statistics by: {@link #statistics}, unless others are fed here. */
    List<Operand<TFloat32>> applied() {
        return applied;
    }

    @Override
    public Operand<TFloat32> normalized(Operand<TFloat32> x, Spec spec) {
        Operand<TFloat32> kernel =
                parameters.get(spec.kernel(), Layout.CONVOLUTION, Initializer.he(), true, spec.kernelShape());
        Operand<TFloat32> y = tf.nn.conv2d(
                padded(x, spec),
                kernel,
                List.of(1L, (long) spec.stride(), (long) spec.stride(), 1L),
                spec.keepsSize() ? "SAME" : "VALID");
        int channels = spec.outputs();
        if (spec.bias()) {
            y = tf.nn.biasAdd(y, parameters.get(spec.convolutionBias(), Layout.PLAIN, ZERO, true, channels));
        }
        Operand<TFloat32> factor = spec.gamma()
                ? parameters.get(spec.factor(), Layout.PLAIN, ONE, true, channels)
                : tf.fill(tf.constant(new int[] {channels}), tf.constant(1f));
        Operand<TFloat32> shift = parameters.get(spec.shift(), Layout.PLAIN, ZERO, true, channels);
        VariableParameters.Variable mean = parameters.declare(spec.mean(), Layout.PLAIN, ZERO, false, channels);
        VariableParameters.Variable variance = parameters.declare(spec.variance(), Layout.PLAIN, ONE, false, channels);
        if (!training) {
            return tf.nn.fusedBatchNorm(
                            y,
                            factor,
                            shift,
                            mean.value(),
                            variance.value(),
                            FusedBatchNorm.epsilon(spec.epsilon()),
                            FusedBatchNorm.isTraining(false))
                    .y();
        }
        Operand<TFloat32> none = tf.constant(new float[0]);
        FusedBatchNorm<TFloat32, TFloat32> normalization = tf.nn.fusedBatchNorm(
                y, factor, shift, none, none, FusedBatchNorm.epsilon(spec.epsilon()), FusedBatchNorm.isTraining(true));
        updates.add(moved(mean, normalization.batchMean()));
        updates.add(moved(variance, normalization.batchVariance()));
        return normalization.y();
    }

    /** Padding is an operation of its own: the gradient of a convolution with explicit padding is broken. */
    private Operand<TFloat32> padded(Operand<TFloat32> x, Spec spec) {
        if (spec.keepsSize() || (spec.padHeight() == 0 && spec.padWidth() == 0)) {
            return x;
        }
        int vertical = spec.padHeight();
        int horizontal = spec.padWidth();
        return tf.pad(
                x,
                tf.constant(new int[][] {{0, 0}, {vertical, vertical}, {horizontal, horizontal}, {0, 0}}),
                tf.constant(0f));
    }

    private Op moved(VariableParameters.Variable running, Operand<TFloat32> batch) {
        statistics.add(batch.asOutput());
        Operand<TFloat32> moving = tf.placeholderWithDefault(batch, running.graphShape());
        applied.add(moving);
        return tf.assignSubVariableOp(
                running.handle(), tf.math.mul(tf.math.sub(running.value(), moving), tf.constant(momentum)));
    }
}
