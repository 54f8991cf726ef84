package io.captionstream.network;

import static io.captionstream.network.SearchOps.firstOnly;
import static io.captionstream.network.SearchOps.logSumExp;
import static io.captionstream.network.SearchOps.ofRow;
import static io.captionstream.network.SearchOps.perBeam;
import static io.captionstream.network.SearchOps.shape;
import static io.captionstream.network.SearchOps.vector;

import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.tensorflow.types.family.TType;

/**
 * The search of {@link BeamSearch} with what costs time and is not always wanted: {@link Constraints}, groups of beams
 * that keep apart, and the length penalty inside of the search.
 *
 * <p>Diverse beam search (Vijayakumar et al. 2016, "Diverse Beam Search", with Hamming diversity): the beams are divided
 * into groups that are extended one after another, and in every step a group's score of a word falls by the strength for
 * each time that the groups before it have just chosen this word. As in the authors' program, what a score has lost it
 * does not get back.
 *
 * <p>With a penalty alpha above zero, beams compete in every step by their score divided by
 * {@code ((5 + n) / 6) ^ alpha}, {@code n} counting the word in question (Wu et al. 2016, equation 14).
 *
 * <p>Whatever steers the choice, the log-probabilities given are those of the model.
 */
final class RefinedSearch {

    // Places in the loop: what changes, then what every step needs and none changes.
    private static final int TURN = 0;
    private static final int LAST = 1;
    private static final int SUM = 2;
    private static final int KEY = 3;
    private static final int FINISHED = 4;
    private static final int LENGTHS = 5;
    private static final int TOKENS = 6;
    private static final int TOKEN_LOG_PROBS = 7;
    private static final int RUN = 8;
    private static final int HIDDEN = 9;
    private static final int CELL = 10;
    private static final int CHOSEN = 11;
    private static final int WIDTH = 12;
    private static final int LENGTH = 13;
    private static final int MIN_LENGTH = 14;
    private static final int NO_REPEAT = 15;
    private static final int GROUPS = 16;
    private static final int DIVERSITY = 17;
    private static final int LENGTH_PENALTY = 18;
    private static final int IMAGE = 19;

    private final Decoder decoder;

    private RefinedSearch(Decoder decoder) {
        this.decoder = decoder;
    }

    /**
     * The options, all of them scalars.
     *
     * @param width {@code K}, a multiple of {@code groups}, at most the size of the vocabulary
     * @param length {@code T}
     * @param groups number of groups, 1 for plain search
     * @param diversity what a word loses for each time that an earlier group has just chosen it
     * @param lengthPenalty alpha inside of the search, 0 for plain sums
     */
    record Options(
            Operand<TInt32> width,
            Operand<TInt32> length,
            Constraints constraints,
            Operand<TInt32> groups,
            Operand<TFloat32> diversity,
            Operand<TFloat32> lengthPenalty) {}

    /**
     * Adds a search to a graph; its captions come group by group, best first.
     *
     * @param image {@code [B, I]}, from {@link Decoder#image}
     */
    static Beams build(
            Graph graph, Ops tf, Decoder decoder, Decoder.Tensors tensors, Operand<TFloat32> image, Options options) {
        RefinedSearch search = new RefinedSearch(decoder);
        List<Operand<?>> operands = search.start(tf, tensors, image, options);
        GraphOperation result = new Loop(graph, tf, "refined_beam")
                .build(operands, search.shapes(operands), search::goesOn, search::step);
        return new Beams(
                result.output(TOKENS),
                result.output(SUM),
                result.output(TOKEN_LOG_PROBS),
                result.output(LENGTHS),
                result.output(FINISHED));
    }

    private List<Operand<?>> start(Ops tf, Decoder.Tensors tensors, Operand<TFloat32> image, Options options) {
        Operand<TInt32> width = options.width;
        Operand<TInt32> perGroup = tf.math.div(width, options.groups);
        Operand<TInt32> images = tf.shape.take(tf.shape(image), tf.constant(1));
        Operand<TInt32> beams = tf.concat(List.of(images, vector(tf, width)), tf.constant(0));
        Operand<TInt32> words = tf.concat(List.of(beams, vector(tf, options.length)), tf.constant(0));
        Operand<TInt32> state = shape(tf, -1, width, tf.constant(decoder.hiddenSize));
        Decoder.State initial = decoder.initial(tf, tensors, image);
        List<Operand<?>> operands = new ArrayList<>();
        operands.add(tf.constant(0));
        operands.add(tf.fill(beams, tf.constant(Vocabulary.START)));
        operands.add(tf.fill(beams, tf.constant(0f)));
        // All beams of a group start alike: only the first may be extended.
        Operand<TFloat32> first = tf.tile(firstOnly(tf, perGroup), vector(tf, options.groups));
        operands.add(tf.math.add(tf.fill(beams, tf.constant(0f)), first));
        operands.add(tf.fill(beams, tf.constant(false)));
        operands.add(tf.fill(beams, tf.constant(0)));
        operands.add(tf.fill(words, tf.constant(Vocabulary.END)));
        operands.add(tf.fill(words, tf.constant(0f)));
        operands.add(tf.fill(words, tf.constant(0)));
        operands.add(tf.reshape(perBeam(tf, initial.hidden(), width, decoder.hiddenSize), state));
        operands.add(tf.reshape(perBeam(tf, initial.cell(), width, decoder.hiddenSize), state));
        operands.add(tf.fill(
                tf.concat(List.of(images, tf.constant(new int[] {decoder.vocabularySize})), tf.constant(0)),
                tf.constant(0f)));
        operands.add(width);
        operands.add(options.length);
        operands.add(options.constraints.minLength());
        operands.add(options.constraints.noRepeat());
        operands.add(options.groups);
        operands.add(options.diversity);
        operands.add(options.lengthPenalty);
        operands.add(perBeam(tf, image, perGroup, decoder.imageSize()));
        operands.addAll(tensors.asList());
        return operands;
    }

    private Shape[] shapes(List<Operand<?>> operands) {
        Shape[] shapes =
                operands.stream().map(operand -> operand.asOutput().shape()).toArray(Shape[]::new);
        for (int i = LAST; i < HIDDEN; i++) {
            shapes[i] = i >= TOKENS ? Shape.of(-1, -1, -1) : Shape.of(-1, -1);
        }
        shapes[HIDDEN] = Shape.of(-1, -1, decoder.hiddenSize);
        shapes[CELL] = shapes[HIDDEN];
        shapes[CHOSEN] = Shape.of(-1, decoder.vocabularySize);
        shapes[IMAGE] = Shape.of(-1, decoder.imageSize());
        return shapes;
    }

    /** Each turn extends one group by one word. */
    private Operand<TBool> goesOn(Ops tf, Loop.Arguments arguments) {
        return tf.math.logicalAnd(
                tf.math.less(arguments.ints(TURN), tf.math.mul(arguments.ints(LENGTH), arguments.ints(GROUPS))),
                tf.math.logicalNot(tf.reduceAll(arguments.bools(FINISHED), tf.constant(new int[] {0, 1}))));
    }

    private List<Operand<?>> step(Ops tf, Loop.Arguments arguments) {
        Operand<TInt32> turn = arguments.ints(TURN);
        Operand<TInt32> groups = arguments.ints(GROUPS);
        Operand<TInt32> width = tf.math.div(arguments.ints(WIDTH), groups);
        Operand<TInt32> step = tf.math.div(turn, groups);
        Operand<TInt32> number = tf.math.floorMod(turn, groups);
        Group group = new Group(tf, tf.math.mul(number, width), width);
        Operand<TInt32> last = group.of(arguments.ints(LAST));
        Operand<TFloat32> sum = group.of(arguments.floats(SUM));
        Operand<TFloat32> key = group.of(arguments.floats(KEY));
        Operand<TBool> finished = group.of(arguments.bools(FINISHED));
        Operand<TInt32> lengths = group.of(arguments.ints(LENGTHS));
        Operand<TInt32> tokens = group.of(arguments.ints(TOKENS));
        Operand<TFloat32> tokenLogProbs = group.of(arguments.floats(TOKEN_LOG_PROBS));
        Decoder.Tensors tensors = arguments.tensors(IMAGE + 1);

        Operand<TInt32> all = tf.constant(new int[] {-1});
        Operand<TInt32> states = tf.constant(new int[] {-1, decoder.hiddenSize});
        Operand<TInt32> places = shape(tf, -1, arguments.ints(LENGTH));
        Operand<TInt32> flatLast = tf.reshape(last, all);
        Operand<TInt32> flatTokens = tf.reshape(tokens, places);
        Operand<TInt32> run =
                Constraints.run(tf, flatTokens, flatLast, tf.reshape(group.of(arguments.ints(RUN)), places));
        Decoder.State state = decoder.step(
                tf,
                tensors,
                decoder.embedded(tf, tensors, flatLast),
                new Decoder.State(
                        tf.reshape(group.of(arguments.floats(HIDDEN)), states),
                        tf.reshape(group.of(arguments.floats(CELL)), states)));
        Operand<TFloat32> logits =
                decoder.logits(tf, tensors, decoder.joined(tf, state.hidden(), arguments.floats(IMAGE)));
        Operand<TFloat32> normalizer = logSumExp(tf, logits);

        // The first group of a step has nothing to keep apart from.
        Operand<TFloat32> chosen = tf.math.mul(
                arguments.floats(CHOSEN),
                tf.select(tf.math.equal(number, tf.constant(0)), tf.constant(0f), tf.constant(1f)));
        Operand<TFloat32> lost =
                perBeam(tf, tf.math.mul(chosen, arguments.floats(DIVERSITY)), width, decoder.vocabularySize);
        Operand<TFloat32> steered = new Constraints(arguments.ints(MIN_LENGTH), arguments.ints(NO_REPEAT))
                .apply(tf, tf.math.sub(logits, lost), flatTokens, run, step);
        TopK<TFloat32, TInt32> words = tf.nn.topK(steered, width, TInt32.class);

        Operand<TInt32> square = shape(tf, -1, tf.math.mul(width, width));
        Operand<TInt32> cube = shape(tf, -1, width, width);
        Operand<TBool> isFinished = tf.expandDims(finished, tf.constant(2));
        Operand<TFloat32> keys = tf.math.add(
                tf.select(isFinished, firstOnly(tf, width), tf.reshape(tf.math.sub(words.values(), normalizer), cube)),
                tf.expandDims(key, tf.constant(2)));
        Operand<TFloat32> logProbs = tf.select(
                isFinished,
                tf.constant(0f),
                tf.reshape(tf.math.sub(ofRow(tf, logits, words.indices()), normalizer), cube));
        Operand<TInt32> ids = tf.select(isFinished, tf.constant(Vocabulary.END), tf.reshape(words.indices(), cube));
        Operand<TInt32> longer = tf.select(finished, lengths, tf.math.add(lengths, tf.constant(1)));
        Operand<TFloat32> ranks =
                tf.math.div(keys, tf.expandDims(penalty(tf, longer, arguments.floats(LENGTH_PENALTY)), tf.constant(2)));
        TopK<TFloat32, TInt32> best = tf.nn.topK(tf.reshape(ranks, square), width, TInt32.class);
        Operand<TInt32> parent = tf.math.div(best.indices(), width);
        Operand<TInt32> token = ofRow(tf, tf.reshape(ids, square), best.indices());
        Operand<TFloat32> logProb = ofRow(tf, tf.reshape(logProbs, square), best.indices());
        Operand<TBool> wasFinished = ofRow(tf, finished, parent);
        Operand<TBool> here = tf.math.equal(tf.range(tf.constant(0), arguments.ints(LENGTH), tf.constant(1)), step);
        Operand<TInt32> stateRows = shape(tf, -1, width, tf.constant(decoder.hiddenSize));

        List<Operand<?>> results = new ArrayList<>();
        results.add(tf.math.add(turn, tf.constant(1)));
        results.add(group.into(arguments.ints(LAST), token));
        results.add(group.into(arguments.floats(SUM), tf.math.add(ofRow(tf, sum, parent), logProb)));
        results.add(group.into(arguments.floats(KEY), ofRow(tf, tf.reshape(keys, square), best.indices())));
        results.add(group.into(
                arguments.bools(FINISHED),
                tf.math.logicalOr(wasFinished, tf.math.equal(token, tf.constant(Vocabulary.END)))));
        results.add(group.into(arguments.ints(LENGTHS), ofRow(tf, longer, parent)));
        results.add(group.into(
                arguments.ints(TOKENS),
                tf.select(here, tf.expandDims(token, tf.constant(2)), ofRow(tf, tokens, parent))));
        results.add(group.into(
                arguments.floats(TOKEN_LOG_PROBS),
                tf.select(here, tf.expandDims(logProb, tf.constant(2)), ofRow(tf, tokenLogProbs, parent))));
        results.add(group.into(
                arguments.ints(RUN), ofRow(tf, tf.reshape(run, shape(tf, -1, width, arguments.ints(LENGTH))), parent)));
        results.add(group.into(arguments.floats(HIDDEN), ofRow(tf, tf.reshape(state.hidden(), stateRows), parent)));
        results.add(group.into(arguments.floats(CELL), ofRow(tf, tf.reshape(state.cell(), stateRows), parent)));
        results.add(tf.math.add(chosen, counts(tf, token, wasFinished)));
        for (int i = CHOSEN + 1; i < arguments.size(); i++) {
            results.add(tf.identity(arguments.get(i)));
        }
        return results;
    }

    /** {@code ((5 + n) / 6) ^ alpha} of lengths. */
    private static Operand<TFloat32> penalty(Ops tf, Operand<TInt32> lengths, Operand<TFloat32> alpha) {
        Operand<TFloat32> tokens = tf.dtypes.cast(lengths, TFloat32.class);
        return tf.math.pow(tf.math.div(tf.math.add(tokens, tf.constant(5f)), tf.constant(6f)), alpha);
    }

    /** {@code [B, V]}: how often each word was chosen by beams that went on. */
    private Operand<TFloat32> counts(Ops tf, Operand<TInt32> token, Operand<TBool> wasFinished) {
        Operand<TFloat32> each =
                tf.select(tf.expandDims(wasFinished, tf.constant(2)), tf.constant(0f), tf.constant(1f));
        Operand<TFloat32> oneHot =
                tf.oneHot(token, tf.constant(decoder.vocabularySize), tf.constant(1f), tf.constant(0f));
        return tf.sum(tf.math.mul(oneHot, each), tf.constant(1));
    }

    /** The beams of one group among those of all. */
    private record Group(Ops tf, Operand<TInt32> from, Operand<TInt32> width) {
        /** {@code [B, W, ...]} of {@code [B, K, ...]}. */
        <T extends TType> Operand<T> of(Operand<T> beams) {
            return part(beams, from, width);
        }

        /** All beams, with those of the group replaced. */
        <T extends TType> Operand<T> into(Operand<T> beams, Operand<T> replaced) {
            Operand<TInt32> to = tf.math.add(from, width);
            return tf.concat(
                    List.of(part(beams, tf.constant(0), from), replaced, part(beams, to, tf.constant(-1))),
                    tf.constant(1));
        }

        private <T extends TType> Operand<T> part(Operand<T> beams, Operand<TInt32> start, Operand<TInt32> size) {
            int others = beams.asOutput().shape().numDimensions() - 2;
            int[] rest = new int[others];
            Operand<TInt32> begin = tf.concat(
                    List.of(tf.constant(new int[] {0}), vector(tf, start), tf.constant(rest.clone())), tf.constant(0));
            Arrays.fill(rest, -1);
            Operand<TInt32> sizes = tf.concat(
                    List.of(tf.constant(new int[] {-1}), vector(tf, size), tf.constant(rest)), tf.constant(0));
            return tf.slice(beams, begin, sizes);
        }
    }
}
