package io.captionstream.network;

import io.captionstream.text.Vocabulary;
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
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * Batched beam search as a loop of the graph. Beam width and longest caption are operands, so one graph serves every
 * request.
 *
 * <p>Each step extends every unfinished beam by every word and keeps the best by the sum of log-probabilities. A finished
 * beam (its last token is the end) competes with its score as it is and keeps its place only while it is among the best.
 * The loop ends when all beams of all images are finished or the longest length is reached. No token is masked. Of equal
 * scores the lower beam wins, then the lower token.
 *
 * <p>Words are chosen in two steps, the best {@code K} of each beam and then the best {@code K} of those, which gives the
 * same result as one choice among {@code K * V} and sorts far less.
 */
final class BeamSearch {
    private static final int STATE = 9;
    private static final float NEVER = Float.NEGATIVE_INFINITY;

    private final Decoder decoder;

    private BeamSearch(Decoder decoder) {
        this.decoder = decoder;
    }

    /**
     * Beams, best first.
     *
     * @param tokens {@code [B, K, T]}, after the end filled with the end token
     * @param logProbs {@code [B, K]}, sums over the tokens
     * @param tokenLogProbs {@code [B, K, T]}, zero after the end
     * @param lengths {@code [B, K]}, the end token included
     * @param finished {@code [B, K]}, whether the end was reached
     */
    record Beams(
            Operand<TInt32> tokens,
            Operand<TFloat32> logProbs,
            Operand<TFloat32> tokenLogProbs,
            Operand<TInt32> lengths,
            Operand<TBool> finished) {}

    /**
     * Adds a search to a graph.
     *
     * @param image {@code [B, I]}, from {@link Decoder#image}
     * @param width scalar {@code K}, at most the size of the vocabulary
     * @param length scalar {@code T}
     */
    static Beams build(
            Graph graph,
            Ops tf,
            Decoder decoder,
            Decoder.Tensors tensors,
            Operand<TFloat32> image,
            Operand<TInt32> width,
            Operand<TInt32> length) {
        BeamSearch search = new BeamSearch(decoder);
        List<Operand<?>> operands = search.start(tf, tensors, image, width, length);
        Class<?>[] types = operands.stream().map(Operand::type).toArray(Class<?>[]::new);
        Shape[] shapes = search.shapes(operands);
        ConcreteFunction condition =
                function("beam_condition", types, shapes, (ops, arguments) -> List.of(search.goesOn(ops, arguments)));
        ConcreteFunction body = function("beam_step", types, shapes, search::step);
        graph.attachFunction(condition);
        graph.attachFunction(body);
        GraphOperationBuilder loop =
                graph.opBuilder("StatelessWhile", tf.scope().makeOpName("beams"), tf.scope());
        loop.addInputList(operands.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
        loop.setAttr("cond", condition);
        loop.setAttr("body", body);
        // Becomes a loop of the graph itself instead of function calls, which is faster.
        loop.setAttr("_lower_using_switch_merge", true);
        GraphOperation result = loop.build();
        return new Beams(result.output(5), result.output(2), result.output(6), result.output(4), result.output(3));
    }

    private static ConcreteFunction function(
            String name,
            Class<?>[] types,
            Shape[] shapes,
            BiFunction<Ops, List<Operand<?>>, List<? extends Operand<?>>> definition) {
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
            List<? extends Operand<?>> results = definition.apply(tf, arguments);
            for (int i = 0; i < results.size(); i++) {
                signature.output(String.format("result_%02d", i), results.get(i));
            }
            return signature.build();
        });
    }

    /** State, then what every step needs and none changes. */
    private List<Operand<?>> start(
            Ops tf, Decoder.Tensors tensors, Operand<TFloat32> image, Operand<TInt32> width, Operand<TInt32> length) {
        Operand<TInt32> images = tf.shape.take(tf.shape(image), tf.constant(1));
        Operand<TInt32> beams = tf.concat(List.of(images, vector(tf, width)), tf.constant(0));
        Operand<TInt32> words = tf.concat(List.of(beams, vector(tf, length)), tf.constant(0));
        Decoder.State initial = decoder.initial(tf, tensors, image);
        List<Operand<?>> operands = new ArrayList<>();
        operands.add(tf.constant(0));
        operands.add(tf.fill(beams, tf.constant(Vocabulary.START)));
        // All beams of an image start alike: only the first may be extended.
        operands.add(tf.math.add(tf.fill(beams, tf.constant(0f)), firstOnly(tf, width)));
        operands.add(tf.fill(beams, tf.constant(false)));
        operands.add(tf.fill(beams, tf.constant(0)));
        operands.add(tf.fill(words, tf.constant(Vocabulary.END)));
        operands.add(tf.fill(words, tf.constant(0f)));
        operands.add(perBeam(tf, initial.hidden(), width, decoder.hiddenSize));
        operands.add(perBeam(tf, initial.cell(), width, decoder.hiddenSize));
        operands.add(width);
        operands.add(length);
        operands.add(perBeam(tf, image, width, decoder.imageSize()));
        operands.addAll(tensors.asList());
        return operands;
    }

    private Shape[] shapes(List<Operand<?>> operands) {
        Shape[] shapes =
                operands.stream().map(operand -> operand.asOutput().shape()).toArray(Shape[]::new);
        for (int i = 1; i < STATE; i++) {
            shapes[i] = i == 5 || i == 6 ? Shape.of(-1, -1, -1) : Shape.of(-1, -1);
        }
        shapes[7] = Shape.of(-1, decoder.hiddenSize);
        shapes[8] = shapes[7];
        shapes[11] = Shape.of(-1, decoder.imageSize());
        return shapes;
    }

    private Operand<TBool> goesOn(Ops tf, List<Operand<?>> arguments) {
        Operand<TInt32> step = ints(arguments, 0);
        return tf.math.logicalAnd(
                tf.math.less(step, ints(arguments, 10)),
                tf.math.logicalNot(tf.reduceAll(bools(arguments, 3), tf.constant(new int[] {0, 1}))));
    }

    private List<Operand<?>> step(Ops tf, List<Operand<?>> arguments) {
        Operand<TInt32> step = ints(arguments, 0);
        Operand<TInt32> last = ints(arguments, 1);
        Operand<TFloat32> score = floats(arguments, 2);
        Operand<TBool> finished = bools(arguments, 3);
        Operand<TInt32> lengths = ints(arguments, 4);
        Operand<TInt32> tokens = ints(arguments, 5);
        Operand<TFloat32> tokenLogProbs = floats(arguments, 6);
        Operand<TInt32> width = ints(arguments, 9);
        Operand<TFloat32> image = floats(arguments, 11);
        List<Operand<TFloat32>> weights = new ArrayList<>();
        for (int i = 12; i < arguments.size(); i++) {
            weights.add(floats(arguments, i));
        }
        Decoder.Tensors tensors = Decoder.Tensors.ofList(weights);

        Operand<TInt32> all = tf.constant(new int[] {-1});
        Decoder.State state = decoder.step(
                tf,
                tensors,
                decoder.embedded(tf, tensors, tf.reshape(last, all)),
                new Decoder.State(floats(arguments, 7), floats(arguments, 8)));
        Operand<TFloat32> logits = decoder.logits(tf, tensors, decoder.joined(tf, state.hidden(), image));
        TopK<TFloat32, TInt32> words = tf.nn.topK(logits, width, TInt32.class);

        Operand<TInt32> square = tf.concat(List.of(all, vector(tf, tf.math.mul(width, width))), tf.constant(0));
        Operand<TInt32> cube = tf.concat(List.of(all, vector(tf, width), vector(tf, width)), tf.constant(0));
        Operand<TBool> isFinished = tf.expandDims(finished, tf.constant(2));
        Operand<TFloat32> logProbs = tf.select(
                isFinished, firstOnly(tf, width), tf.reshape(tf.math.sub(words.values(), logSumExp(tf, logits)), cube));
        Operand<TInt32> ids = tf.select(isFinished, tf.constant(Vocabulary.END), tf.reshape(words.indices(), cube));
        TopK<TFloat32, TInt32> best = tf.nn.topK(
                tf.reshape(tf.math.add(logProbs, tf.expandDims(score, tf.constant(2))), square), width, TInt32.class);
        Operand<TInt32> parent = tf.math.div(best.indices(), width);
        Operand<TInt32> token = ofBeam(tf, tf.reshape(ids, square), best.indices());
        Operand<TFloat32> logProb = ofBeam(tf, tf.reshape(logProbs, square), best.indices());
        Operand<TBool> wasFinished = ofBeam(tf, finished, parent);
        Operand<TBool> here = tf.math.equal(tf.range(tf.constant(0), ints(arguments, 10), tf.constant(1)), step);
        Operand<TInt32> images = tf.shape.take(tf.shape(last), tf.constant(1));
        Operand<TInt32> first = tf.math.mul(
                tf.range(tf.constant(0), tf.reshape(images, tf.constant(new int[0])), tf.constant(1)), width);
        Operand<TInt32> rows = tf.reshape(tf.math.add(parent, tf.expandDims(first, tf.constant(1))), all);

        List<Operand<?>> results = new ArrayList<>();
        results.add(tf.math.add(step, tf.constant(1)));
        results.add(token);
        results.add(best.values());
        results.add(tf.math.logicalOr(wasFinished, tf.math.equal(token, tf.constant(Vocabulary.END))));
        results.add(tf.math.add(ofBeam(tf, lengths, parent), tf.select(wasFinished, tf.constant(0), tf.constant(1))));
        results.add(tf.select(here, tf.expandDims(token, tf.constant(2)), ofBeam(tf, tokens, parent)));
        results.add(tf.select(here, tf.expandDims(logProb, tf.constant(2)), ofBeam(tf, tokenLogProbs, parent)));
        results.add(tf.gather(state.hidden(), rows, tf.constant(0)));
        results.add(tf.gather(state.cell(), rows, tf.constant(0)));
        for (int i = STATE; i < arguments.size(); i++) {
            results.add(tf.identity(arguments.get(i)));
        }
        return results;
    }

    private static Operand<TFloat32> logSumExp(Ops tf, Operand<TFloat32> logits) {
        Operand<TFloat32> largest = tf.max(logits, tf.constant(1), Max.keepDims(true));
        Operand<TFloat32> sum = tf.sum(tf.math.exp(tf.math.sub(logits, largest)), tf.constant(1), Sum.keepDims(true));
        return tf.math.add(largest, tf.math.log(sum));
    }

    /** {@code [K]}: zero, then minus infinity. */
    private static Operand<TFloat32> firstOnly(Ops tf, Operand<TInt32> width) {
        Operand<TInt32> ranks = tf.range(tf.constant(0), width, tf.constant(1));
        return tf.select(tf.math.equal(ranks, tf.constant(0)), tf.constant(0f), tf.constant(NEVER));
    }

    private static <T extends TType> Operand<T> ofBeam(Ops tf, Operand<T> perBeam, Operand<TInt32> beams) {
        return tf.gather(perBeam, beams, tf.constant(1), Gather.batchDims(1L));
    }

    /** Rows {@code [B, n]} repeated for each beam: {@code [B * K, n]}. */
    private static Operand<TFloat32> perBeam(Ops tf, Operand<TFloat32> rows, Operand<TInt32> width, int size) {
        Operand<TInt32> one = tf.constant(new int[] {1});
        Operand<TFloat32> tiled = tf.tile(
                tf.expandDims(rows, tf.constant(1)), tf.concat(List.of(one, vector(tf, width), one), tf.constant(0)));
        return tf.reshape(tiled, tf.constant(new int[] {-1, size}));
    }

    private static Operand<TInt32> vector(Ops tf, Operand<TInt32> scalar) {
        return tf.reshape(scalar, tf.constant(new int[] {1}));
    }

    @SuppressWarnings("unchecked") // the list has them in a fixed order
    private static Operand<TInt32> ints(List<Operand<?>> operands, int index) {
        return (Operand<TInt32>) operands.get(index);
    }

    @SuppressWarnings("unchecked") // the list has them in a fixed order
    private static Operand<TFloat32> floats(List<Operand<?>> operands, int index) {
        return (Operand<TFloat32>) operands.get(index);
    }

    @SuppressWarnings("unchecked") // the list has them in a fixed order
    private static Operand<TBool> bools(List<Operand<?>> operands, int index) {
        return (Operand<TBool>) operands.get(index);
    }
}
