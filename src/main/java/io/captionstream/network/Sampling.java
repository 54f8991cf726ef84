package io.captionstream.network;

import static io.captionstream.network.SearchOps.logSumExp;
import static io.captionstream.network.SearchOps.perBeam;
import static io.captionstream.network.SearchOps.shape;

import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMin;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Captions drawn at random, each word from the model's probabilities raised to {@code 1 / temperature}. The random
 * numbers come from outside, one for each word, so that a caption is a function of image, weights and these numbers and
 * not of the other images of its batch: a word is the first whose cumulated probability exceeds the number.
 *
 * <p>The log-probabilities given are those of the model, at temperature 1 and of all words.
 */
final class Sampling {

    // Places in the loop: what changes, then what every step needs and none changes.
    private static final int STEP = 0;
    private static final int LAST = 1;
    private static final int SUM = 2;
    private static final int FINISHED = 3;
    private static final int LENGTHS = 4;
    private static final int TOKENS = 5;
    private static final int TOKEN_LOG_PROBS = 6;
    private static final int RUN = 7;
    private static final int HIDDEN = 8;
    private static final int CELL = 9;
    private static final int LENGTH = 10;
    private static final int MIN_LENGTH = 11;
    private static final int NO_REPEAT = 12;
    private static final int TEMPERATURE = 13;
    private static final int TOP_K = 14;
    private static final int NOISE = 15;
    private static final int IMAGE = 16;

    private final Decoder decoder;

    private Sampling(Decoder decoder) {
        this.decoder = decoder;
    }

    /**
     * The options, scalars but for the noise.
     *
     * @param width {@code K}, captions per image
     * @param length {@code T}
     * @param temperature above 0; 1 draws from the model's own probabilities, less prefers likely words
     * @param topK draws from so many most likely words, and those as likely as the last of them; 0 from all
     * @param noise {@code [B, K, T]}, from 0 up to but not including 1
     */
    record Options(
            Operand<TInt32> width,
            Operand<TInt32> length,
            Constraints constraints,
            Operand<TFloat32> temperature,
            Operand<TInt32> topK,
            Operand<TFloat32> noise) {}

    /**
     * Adds sampling to a graph; its captions come in the order of the noise.
     *
     * @param image {@code [B, I]}, from {@link Decoder#image}
     */
    static Beams build(
            Graph graph, Ops tf, Decoder decoder, Decoder.Tensors tensors, Operand<TFloat32> image, Options options) {
        Sampling sampling = new Sampling(decoder);
        List<Operand<?>> operands = sampling.start(tf, tensors, image, options);
        GraphOperation result = new Loop(graph, tf, "sample")
                .build(operands, sampling.shapes(operands), sampling::goesOn, sampling::step);
        Operand<TInt32> beams = shape(tf, -1, options.width);
        Operand<TInt32> words = shape(tf, -1, options.width, options.length);
        return new Beams(
                tf.reshape(result.<TInt32>output(TOKENS), words),
                tf.reshape(result.<TFloat32>output(SUM), beams),
                tf.reshape(result.<TFloat32>output(TOKEN_LOG_PROBS), words),
                tf.reshape(result.<TInt32>output(LENGTHS), beams),
                tf.reshape(result.<TBool>output(FINISHED), beams));
    }

    /** One row for each caption of each image, {@code N = B * K} of them. */
    private List<Operand<?>> start(Ops tf, Decoder.Tensors tensors, Operand<TFloat32> image, Options options) {
        Operand<TFloat32> images = perBeam(tf, image, options.width, decoder.imageSize());
        Operand<TInt32> rows = tf.shape.take(tf.shape(images), tf.constant(1));
        Operand<TInt32> words = tf.concat(List.of(rows, SearchOps.vector(tf, options.length)), tf.constant(0));
        Decoder.State initial = decoder.initial(tf, tensors, images);
        List<Operand<?>> operands = new ArrayList<>();
        operands.add(tf.constant(0));
        operands.add(tf.fill(rows, tf.constant(Vocabulary.START)));
        operands.add(tf.fill(rows, tf.constant(0f)));
        operands.add(tf.fill(rows, tf.constant(false)));
        operands.add(tf.fill(rows, tf.constant(0)));
        operands.add(tf.fill(words, tf.constant(Vocabulary.END)));
        operands.add(tf.fill(words, tf.constant(0f)));
        operands.add(tf.fill(words, tf.constant(0)));
        operands.add(initial.hidden());
        operands.add(initial.cell());
        operands.add(options.length);
        operands.add(options.constraints.minLength());
        operands.add(options.constraints.noRepeat());
        operands.add(options.temperature);
        operands.add(options.topK);
        operands.add(tf.reshape(options.noise, shape(tf, -1, options.length)));
        operands.add(images);
        operands.addAll(tensors.asList());
        return operands;
    }

    private Shape[] shapes(List<Operand<?>> operands) {
        Shape[] shapes =
                operands.stream().map(operand -> operand.asOutput().shape()).toArray(Shape[]::new);
        for (int i = LAST; i <= LENGTHS; i++) {
            shapes[i] = Shape.of(-1);
        }
        for (int i = TOKENS; i <= RUN; i++) {
            shapes[i] = Shape.of(-1, -1);
        }
        shapes[HIDDEN] = Shape.of(-1, decoder.hiddenSize);
        shapes[CELL] = shapes[HIDDEN];
        shapes[NOISE] = Shape.of(-1, -1);
        shapes[IMAGE] = Shape.of(-1, decoder.imageSize());
        return shapes;
    }

    private Operand<TBool> goesOn(Ops tf, Loop.Arguments arguments) {
        return tf.math.logicalAnd(
                tf.math.less(arguments.ints(STEP), arguments.ints(LENGTH)),
                tf.math.logicalNot(tf.reduceAll(arguments.bools(FINISHED), tf.constant(0))));
    }

    private List<Operand<?>> step(Ops tf, Loop.Arguments arguments) {
        Operand<TInt32> step = arguments.ints(STEP);
        Operand<TInt32> last = arguments.ints(LAST);
        Operand<TBool> finished = arguments.bools(FINISHED);
        Operand<TInt32> tokens = arguments.ints(TOKENS);
        Decoder.Tensors tensors = arguments.tensors(IMAGE + 1);
        Operand<TInt32> run = Constraints.run(tf, tokens, last, arguments.ints(RUN));
        Decoder.State state = decoder.step(
                tf,
                tensors,
                decoder.embedded(tf, tensors, last),
                new Decoder.State(arguments.floats(HIDDEN), arguments.floats(CELL)));
        Operand<TFloat32> logits =
                decoder.logits(tf, tensors, decoder.joined(tf, state.hidden(), arguments.floats(IMAGE)));
        Operand<TFloat32> steered = new Constraints(arguments.ints(MIN_LENGTH), arguments.ints(NO_REPEAT))
                .apply(tf, logits, tokens, run, step);
        Operand<TInt32> drawn = drawn(
                tf,
                tf.math.div(onlyBest(tf, steered, arguments.ints(TOP_K)), arguments.floats(TEMPERATURE)),
                tf.gather(arguments.floats(NOISE), step, tf.constant(1)));
        Operand<TInt32> token = tf.select(finished, tf.constant(Vocabulary.END), drawn);
        Operand<TFloat32> logProb = tf.select(
                finished,
                tf.constant(0f),
                tf.reshape(
                        tf.math.sub(
                                SearchOps.ofRow(tf, logits, tf.expandDims(token, tf.constant(1))),
                                logSumExp(tf, logits)),
                        tf.constant(new int[] {-1})));
        Operand<TBool> here = tf.math.equal(tf.range(tf.constant(0), arguments.ints(LENGTH), tf.constant(1)), step);

        List<Operand<?>> results = new ArrayList<>();
        results.add(tf.math.add(step, tf.constant(1)));
        results.add(token);
        results.add(tf.math.add(arguments.floats(SUM), logProb));
        results.add(tf.math.logicalOr(finished, tf.math.equal(token, tf.constant(Vocabulary.END))));
        results.add(tf.math.add(arguments.ints(LENGTHS), tf.select(finished, tf.constant(0), tf.constant(1))));
        results.add(tf.select(here, tf.expandDims(token, tf.constant(1)), tokens));
        results.add(tf.select(here, tf.expandDims(logProb, tf.constant(1)), arguments.floats(TOKEN_LOG_PROBS)));
        results.add(run);
        results.add(state.hidden());
        results.add(state.cell());
        for (int i = CELL + 1; i < arguments.size(); i++) {
            results.add(tf.identity(arguments.get(i)));
        }
        return results;
    }

    /** Scores {@code [N, V]}, minus infinity but for the best. */
    private Operand<TFloat32> onlyBest(Ops tf, Operand<TFloat32> scores, Operand<TInt32> count) {
        Operand<TInt32> kept =
                tf.math.maximum(tf.constant(1), tf.math.minimum(count, tf.constant(decoder.vocabularySize)));
        Operand<TFloat32> least =
                tf.reduceMin(tf.nn.topK(scores, kept, TInt32.class).values(), tf.constant(1), ReduceMin.keepDims(true));
        Operand<TBool> stays =
                tf.math.logicalOr(tf.math.greaterEqual(scores, least), tf.math.equal(count, tf.constant(0)));
        return tf.select(stays, scores, tf.constant(SearchOps.NEVER));
    }

    /** The words {@code [N]} that numbers {@code [N]} draw by scores {@code [N, V]}. */
    private static Operand<TInt32> drawn(Ops tf, Operand<TFloat32> scores, Operand<TFloat32> noise) {
        Operand<TFloat32> cumulated = tf.math.cumsum(tf.nn.softmax(scores), tf.constant(1));
        Operand<TFloat32> total = tf.max(cumulated, tf.constant(1));
        Operand<TFloat32> target = tf.expandDims(tf.math.mul(noise, total), tf.constant(1));
        Operand<TInt32> below = tf.dtypes.cast(tf.math.lessEqual(cumulated, target), TInt32.class);
        return tf.sum(below, tf.constant(1));
    }
}
