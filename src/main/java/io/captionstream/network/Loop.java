package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * A loop in a graph. Its body cannot see tensors outside of it: what it needs and does not change goes round with what it
 * does change.
 */
final class Loop {
    private final Graph graph;
    private final Ops tf;
    private final String name;

    /** @param name of the loop's functions, unique in the graph */
    Loop(Graph graph, Ops tf, String name) {
        this.graph = graph;
        this.tf = tf;
        this.name = name;
    }

    /**
     * Adds the loop.
     *
     * @param start values before the first step
     * @param shapes what is known of their shapes in every step
     * @param condition whether there is another step
     * @param body the values after a step, in the same order
     * @return the operation that gives the values after the last step
     */
    GraphOperation build(
            List<Operand<?>> start,
            Shape[] shapes,
            BiFunction<Ops, Arguments, Operand<TBool>> condition,
            BiFunction<Ops, Arguments, List<? extends Operand<?>>> body) {
        Class<?>[] types = start.stream().map(Operand::type).toArray(Class<?>[]::new);
        ConcreteFunction goesOn = function(
                name + "_condition", types, shapes, (ops, arguments) -> List.of(condition.apply(ops, arguments)));
        ConcreteFunction step = function(name + "_step", types, shapes, body);
        graph.attachFunction(goesOn);
        graph.attachFunction(step);
        GraphOperationBuilder loop =
                graph.opBuilder("StatelessWhile", tf.scope().makeOpName(name + "s"), tf.scope());
        loop.addInputList(start.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
        loop.setAttr("cond", goesOn);
        loop.setAttr("body", step);
        // Becomes a loop of the graph itself instead of function calls, which is faster.
        loop.setAttr("_lower_using_switch_merge", true);
        return loop.build();
    }

    private static ConcreteFunction function(
            String name,
            Class<?>[] types,
            Shape[] shapes,
            BiFunction<Ops, Arguments, List<? extends Operand<?>>> definition) {
        return ConcreteFunction.create(tf -> {
            Signature.Builder signature = Signature.builder(name);
            List<Operand<?>> arguments = new ArrayList<>();
            for (int i = 0; i < types.length; i++) {
                String argument = String.format("argument_%02d", i);
                Operand<?> placeholder = tf.withName(argument)
                        .placeholder(types[i].asSubclass(TType.class), Placeholder.shape(shapes[i]));
                arguments.add(placeholder);
                signature.input(argument, placeholder);
            }
            List<? extends Operand<?>> results = definition.apply(tf, new Arguments(arguments));
            for (int i = 0; i < results.size(); i++) {
                signature.output(String.format("result_%02d", i), results.get(i));
            }
            return signature.build();
        });
    }

    /** The values of one step, by their place in the list the loop started with. */
    record Arguments(List<Operand<?>> values) {
        int size() {
            return values.size();
        }

        Operand<?> get(int index) {
            return values.get(index);
        }

        @SuppressWarnings("unchecked") // the list has them in a fixed order
        Operand<TInt32> ints(int index) {
            return (Operand<TInt32>) values.get(index);
        }

        @SuppressWarnings("unchecked") // the list has them in a fixed order
        Operand<TFloat32> floats(int index) {
            return (Operand<TFloat32>) values.get(index);
        }

        @SuppressWarnings("unchecked") // the list has them in a fixed order
        Operand<TBool> bools(int index) {
            return (Operand<TBool>) values.get(index);
        }

        /** The tensors of a decoder, which are the last of the values. */
        Decoder.Tensors tensors(int from) {
            List<Operand<TFloat32>> weights = new ArrayList<>();
            for (int i = from; i < values.size(); i++) {
                weights.add(floats(i));
            }
            return Decoder.Tensors.ofList(weights);
        }
    }
}
