package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Weights as constants of the graph: what a frozen graph is made of. */
final class ConstantParameters implements Parameters {
    private final Ops tf;
    private final Weights weights;
    private final Map<String, Operand<TFloat32>> constants = new HashMap<>();

    ConstantParameters(Ops tf, Weights weights) {
        this.tf = tf;
        this.weights = weights;
    }

    @Override
    public Operand<TFloat32> get(
            String name, Layout layout, Initializer initializer, boolean trainable, long... storedShape) {
        return constants.computeIfAbsent(name, unused -> {
            float[] values = layout.toGraph(values(name, storedShape), storedShape);
            return tf.withName(name).constant(Shape.of(layout.graphShape(storedShape)), DataBuffers.of(values));
        });
    }

    /** Stored values, for those who compute with them before they become constants. */
    float[] values(String name, long... storedShape) {
        checkArgument(
                Arrays.equals(weights.shape(name), storedShape),
                "tensor '%s' has shape %s, the network wants %s",
                name,
                Arrays.toString(weights.shape(name)),
                Arrays.toString(storedShape));
        return weights.array(name);
    }
}
