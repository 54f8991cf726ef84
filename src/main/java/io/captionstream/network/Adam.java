package io.captionstream.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Adam (Kingma and Ba 2014) with the defaults of the paper, beta 0.9 and 0.999, epsilon 1e-8, and clipping of the global
 * gradient norm before it. Epsilon is added after the bias correction, as in the paper and in PyTorch; TensorFlow's
 * operation adds it before, so it is scaled here.
 */
final class Adam {
    static final String PREFIX = "adam.";

    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final List<Output<TFloat32>> gradients = new ArrayList<>();
    private final List<Operand<TFloat32>> applied = new ArrayList<>();
    private final Placeholder<TFloat32> learningRate;
    private final Placeholder<TFloat32> tokenCount;
    private final Op step;

    /** Adds gradients and update to the graph; extra operations run with every step. */
    @SuppressWarnings("unchecked") // gradients have the type of what they are gradients of
    Adam(
            Graph graph,
            Ops tf,
            VariableParameters parameters,
            CaptionLoss loss,
            List<VariableParameters.Variable> trained,
            double gradientNorm,
            List<Op> extra) {
        Output<?>[] outputs = graph.addGradients(
                "gradients",
                new Output<?>[] {loss.logits().asOutput()},
                trained.stream().map(variable -> variable.value().asOutput()).toArray(Output<?>[]::new),
                new Output<?>[] {loss.logitGradient().asOutput()});
        Arrays.stream(outputs).forEach(output -> gradients.add((Output<TFloat32>) output));
        learningRate = tf.withName("learning_rate").placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        tokenCount = tf.withName("token_count").placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));

        VariableParameters.Variable power1 =
                parameters.declare(PREFIX + "beta1_power", Layout.PLAIN, Initializer.constant(1), false);
        VariableParameters.Variable power2 =
                parameters.declare(PREFIX + "beta2_power", Layout.PLAIN, Initializer.constant(1), false);
        Operand<TFloat32> next1 = tf.math.mul(power1.value(), tf.constant(BETA1));
        Operand<TFloat32> next2 = tf.math.mul(power2.value(), tf.constant(BETA2));
        Operand<TFloat32> epsilon =
                tf.math.mul(tf.constant(EPSILON), tf.math.sqrt(tf.math.sub(tf.constant(1f), next2)));
        for (int i = 0; i < trained.size(); i++) {
            applied.add(
                    tf.placeholderWithDefault(gradients.get(i), trained.get(i).graphShape()));
        }
        Operand<TFloat32> scale = scale(tf, gradientNorm);
        List<Op> updates = new ArrayList<>(extra);
        for (int i = 0; i < trained.size(); i++) {
            VariableParameters.Variable variable = trained.get(i);
            updates.add(tf.train.resourceApplyAdam(
                    variable.handle(),
                    moment(parameters, "m.", variable).handle(),
                    moment(parameters, "v.", variable).handle(),
                    next1,
                    next2,
                    learningRate,
                    tf.constant(BETA1),
                    tf.constant(BETA2),
                    epsilon,
                    tf.math.mul(applied.get(i), scale)));
        }
        Ops after = tf.withControlDependencies(List.copyOf(updates));
        updates.add(after.assignVariableOp(power1.handle(), next1));
        updates.add(after.assignVariableOp(power2.handle(), next2));
        step = tf.withName("step").withControlDependencies(updates).noOp();
    }

    /** Scalar. */
    Placeholder<TFloat32> learningRate() {
        return learningRate;
    }

    /** Scalar, the number of tokens that the gradients are sums over. */
    Placeholder<TFloat32> tokenCount() {
        return tokenCount;
    }

    /** Runs one update. */
    Op step() {
        return step;
    }

    /**
     * Gradients of the sum over the tokens, before clipping, in the order of the trained variables and in graph layout.
     */
    List<Output<TFloat32>> gradients() {
        return gradients;
    }

    /**
     * What the update takes: the {@link #gradients}, unless others are fed here, such as sums over several batches. Only
     * placeholders may be fed; the graph's optimizer goes round others.
     */
    List<Operand<TFloat32>> applied() {
        return applied;
    }

    /** What makes means over the tokens of sums, and clips them. */
    private Operand<TFloat32> scale(Ops tf, double gradientNorm) {
        Operand<TFloat32> mean = tf.math.reciprocal(tokenCount);
        if (gradientNorm == 0) {
            return mean;
        }
        List<Operand<TFloat32>> squares = new ArrayList<>();
        applied.forEach(gradient -> squares.add(tf.nn.l2Loss(gradient)));
        Operand<TFloat32> norm = tf.math.mul(tf.math.sqrt(tf.math.mul(tf.math.addN(squares), tf.constant(2f))), mean);
        Operand<TFloat32> ratio = tf.math.div(tf.constant((float) gradientNorm), tf.math.add(norm, tf.constant(1e-6f)));
        return tf.math.mul(tf.math.minimum(ratio, tf.constant(1f)), mean);
    }

    private static VariableParameters.Variable moment(
            VariableParameters parameters, String which, VariableParameters.Variable variable) {
        return parameters.declare(
                PREFIX + which + variable.name(),
                variable.layout(),
                Initializer.constant(0),
                false,
                variable.storedShape().asArray());
    }
}
