package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/** Weights as resource variables of a session: what training reads and updates. */
final class VariableParameters implements Parameters {
    private final Ops tf;
    private final Map<String, Variable> variables = new LinkedHashMap<>();

    VariableParameters(Ops tf) {
        this.tf = tf;
    }

    /** One variable: its stored shape, its handle for updates, its value for the forward pass. */
    record Variable(
            String name,
            Layout layout,
            Initializer initializer,
            boolean trainable,
            Shape storedShape,
            VarHandleOp handle,
            Operand<TFloat32> value,
            Placeholder<TFloat32> loaded,
            Op load,
            @Nullable Op fill) {
        Shape graphShape() {
            return Shape.of(layout.graphShape(storedShape.asArray()));
        }
    }

    @Override
    public Operand<TFloat32> get(
            String name, Layout layout, Initializer initializer, boolean trainable, long... storedShape) {
        return declare(name, layout, initializer, trainable, storedShape).value;
    }

    Variable declare(String name, Layout layout, Initializer initializer, boolean trainable, long... storedShape) {
        Variable known = variables.get(name);
        if (known != null) {
            checkState(
                    Arrays.equals(known.storedShape.asArray(), storedShape),
                    "'%s' was declared with shape %s before",
                    name,
                    known.storedShape);
            return known;
        }
        Shape shape = Shape.of(layout.graphShape(storedShape));
        VarHandleOp handle = tf.withName(name).varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name));
        Placeholder<TFloat32> loaded =
                tf.withName(name + ".loaded").placeholder(TFloat32.class, Placeholder.shape(shape));
        Variable variable = new Variable(
                name,
                layout,
                initializer,
                trainable,
                Shape.of(storedShape),
                handle,
                tf.withName(name + ".value").readVariableOp(handle, TFloat32.class),
                loaded,
                tf.withName(name + ".load").assignVariableOp(handle, loaded),
                fill(name, handle, initializer, shape));
        variables.put(name, variable);
        return variable;
    }

    private @Nullable Op fill(String name, VarHandleOp handle, Initializer initializer, Shape shape) {
        return initializer instanceof Initializer.Constant constant
                ? tf.withName(name + ".fill")
                        .assignVariableOp(handle, tf.fill(tf.constant(shape.asArray()), tf.constant(constant.value())))
                : null;
    }

    Variable variable(String name) {
        Variable variable = variables.get(name);
        checkArgument(variable != null, "there is no variable '%s'", name);
        return variable;
    }

    Collection<Variable> variables() {
        return Collections.unmodifiableCollection(variables.values());
    }

    /** Initial values of the variables, drawn per name from the seed. */
    Weights initialWeights(long seed) {
        return initialWeights(seed, variable -> true);
    }

    /**
     * Gives every variable its initial value. The graph fills in constants itself: most of the memory of a training graph
     * is the optimizer's zeros.
     */
    void initialize(Session session, long seed) {
        Session.Runner runner = session.runner();
        variables.values().forEach(variable -> {
            if (variable.fill != null) {
                runner.addTarget(variable.fill);
            }
        });
        load(runner, initialWeights(seed, variable -> variable.fill == null));
    }

    private Weights initialWeights(long seed, Predicate<Variable> filter) {
        Weights.Builder weights = Weights.builder();
        for (Variable variable : variables.values().stream().filter(filter).toList()) {
            long[] shape = variable.storedShape.asArray();
            SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + fnv1a(variable.name));
            weights.put(variable.name, shape, variable.initializer.values(shape, random));
        }
        return weights.build();
    }

    /**
     * Sets every variable that the weights have a tensor for, all in one run: a session prunes and optimizes its graph
     * anew for every set of operations it has not run before, which takes far longer than the copy.
     *
     * @throws IllegalArgumentException if a tensor has no variable or another shape
     */
    void load(Session session, Weights weights) {
        if (!weights.names().isEmpty()) {
            load(session.runner(), weights);
        }
    }

    private void load(Session.Runner runner, Weights weights) {
        List<Tensor> tensors = new ArrayList<>();
        try {
            for (String name : weights.names()) {
                Variable variable = variable(name);
                TFloat32 tensor = tensor(variable, weights);
                tensors.add(tensor);
                runner.feed(variable.loaded, tensor).addTarget(variable.load);
            }
            runner.run().close();
        } finally {
            tensors.forEach(Tensor::close);
        }
    }

    private static TFloat32 tensor(Variable variable, Weights weights) {
        long[] stored = variable.storedShape.asArray();
        checkArgument(
                Arrays.equals(stored, weights.shape(variable.name)),
                "tensor '%s' has shape %s, the network wants %s",
                variable.name,
                Arrays.toString(weights.shape(variable.name)),
                variable.storedShape);
        float[] values = variable.layout.toGraph(weights.array(variable.name), stored);
        return TFloat32.tensorOf(variable.graphShape(), DataBuffers.of(values));
    }

    /** Reads the variables out of the session, all in one run. */
    Weights read(Session session, Collection<Variable> read) {
        Session.Runner runner = session.runner();
        read.forEach(variable -> runner.fetch(variable.value));
        Weights.Builder weights = Weights.builder();
        if (read.isEmpty()) {
            return weights.build();
        }
        try (Result result = runner.run()) {
            int index = 0;
            for (Variable variable : read) {
                weights.put(variable.name, variable.storedShape.asArray(), stored(variable, (TFloat32)
                        result.get(index++)));
            }
        }
        return weights.build();
    }

    /** Values of a tensor in graph layout, in stored layout. */
    static float[] stored(Variable variable, TFloat32 tensor) {
        return variable.layout.toStored(floats(tensor), variable.storedShape.asArray());
    }

    static float[] floats(TFloat32 tensor) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    private static long fnv1a(String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
        }
        return hash;
    }
}
