package io.captionstream.network;

import static io.captionstream.network.SearchOps.firstOnly;
import static io.captionstream.network.SearchOps.logSumExp;
import static io.captionstream.network.SearchOps.ofRow;
import static io.captionstream.network.SearchOps.perBeam;
import static io.captionstream.network.SearchOps.vector;

import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

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

    private final Decoder decoder;

    private BeamSearch(Decoder decoder) {
        this.decoder = decoder;
    }

    /**
     * Adds a search to a graph; its captions come best first.
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
        GraphOperation result =
                new Loop(graph, tf, "beam").build(operands, search.shapes(operands), search::goesOn, search::step);
        return new Beams(result.output(5), result.output(2), result.output(6), result.output(4), result.output(3));
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

    private Operand<TBool> goesOn(Ops tf, Loop.Arguments arguments) {
        Operand<TInt32> step = arguments.ints(0);
        return tf.math.logicalAnd(
                tf.math.less(step, arguments.ints(10)),
                tf.math.logicalNot(tf.reduceAll(arguments.bools(3), tf.constant(new int[] {0, 1}))));
    }

    private List<Operand<?>> step(Ops tf, Loop.Arguments arguments) {
        Operand<TInt32> step = arguments.ints(0);
        Operand<TInt32> last = arguments.ints(1);
        Operand<TFloat32> score = arguments.floats(2);
        Operand<TBool> finished = arguments.bools(3);
        Operand<TInt32> lengths = arguments.ints(4);
        Operand<TInt32> tokens = arguments.ints(5);
        Operand<TFloat32> tokenLogProbs = arguments.floats(6);
        Operand<TInt32> width = arguments.ints(9);
        Operand<TFloat32> image = arguments.floats(11);
        Decoder.Tensors tensors = arguments.tensors(12);

        Operand<TInt32> all = tf.constant(new int[] {-1});
        Decoder.State state = decoder.step(
                tf,
                tensors,
                decoder.embedded(tf, tensors, tf.reshape(last, all)),
                new Decoder.State(arguments.floats(7), arguments.floats(8)));
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
        Operand<TInt32> token = ofRow(tf, tf.reshape(ids, square), best.indices());
        Operand<TFloat32> logProb = ofRow(tf, tf.reshape(logProbs, square), best.indices());
        Operand<TBool> wasFinished = ofRow(tf, finished, parent);
        Operand<TBool> here = tf.math.equal(tf.range(tf.constant(0), arguments.ints(10), tf.constant(1)), step);
        Operand<TInt32> images = tf.shape.take(tf.shape(last), tf.constant(1));
        Operand<TInt32> first = tf.math.mul(
                tf.range(tf.constant(0), tf.reshape(images, tf.constant(new int[0])), tf.constant(1)), width);
        Operand<TInt32> rows = tf.reshape(tf.math.add(parent, tf.expandDims(first, tf.constant(1))), all);

        List<Operand<?>> results = new ArrayList<>();
        results.add(tf.math.add(step, tf.constant(1)));
        results.add(token);
        results.add(best.values());
        results.add(tf.math.logicalOr(wasFinished, tf.math.equal(token, tf.constant(Vocabulary.END))));
        results.add(tf.math.add(ofRow(tf, lengths, parent), tf.select(wasFinished, tf.constant(0), tf.constant(1))));
        results.add(tf.select(here, tf.expandDims(token, tf.constant(2)), ofRow(tf, tokens, parent)));
        results.add(tf.select(here, tf.expandDims(logProb, tf.constant(2)), ofRow(tf, tokenLogProbs, parent)));
        results.add(tf.gather(state.hidden(), rows, tf.constant(0)));
        results.add(tf.gather(state.cell(), rows, tf.constant(0)));
        for (int i = STATE; i < arguments.size(); i++) {
            results.add(tf.identity(arguments.get(i)));
        }
        return results;
    }
}
