package io.captionstream.network;

import io.captionstream.text.Vocabulary;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * What a caption must not do: end too early, or repeat a sequence of words. A forbidden word is marked down so far that
 * it is chosen only where nothing else is left.
 *
 * @param minLength scalar, fewest tokens, the end token included; 0 and 1 allow any length
 * @param noRepeat scalar, length of the sequences of words that must not occur twice; 0 allows all, 1 forbids every word
 *     that was used
 */
record Constraints(Operand<TInt32> minLength, Operand<TInt32> noRepeat) {
    /** Beyond any sum of log-probabilities, and small enough to leave their differences in 32 bits. */
    private static final float FORBIDDEN = -10_000;

    /**
     * How many of the last words of a caption also stand before each of its places: {@code run[e]} words before place
     * {@code e} are those before the place to be filled now. It follows from the same number one word ago.
     *
     * @param tokens {@code [N, T]}
     * @param last {@code [N]}, the word before the place to be filled
     * @param run {@code [N, T]}, one word ago; zero at first
     * @return {@code [N, T]}
     */
    static Operand<TInt32> run(Ops tf, Operand<TInt32> tokens, Operand<TInt32> last, Operand<TInt32> run) {
        Operand<TBool> same = tf.math.equal(shifted(tf, tokens, -1), tf.expandDims(last, tf.constant(1)));
        return tf.select(same, tf.math.add(shifted(tf, run, 0), tf.constant(1)), tf.constant(0));
    }

    /** Each row one place to the right. */
    private static Operand<TInt32> shifted(Ops tf, Operand<TInt32> rows, int first) {
        Operand<TInt32> longer = tf.pad(rows, tf.constant(new int[][] {{0, 0}, {1, 0}}), tf.constant(first));
        return tf.slice(longer, tf.constant(new int[] {0, 0}), tf.shape(rows));
    }

    /**
     * Scores with what is forbidden marked down.
     *
     * @param scores {@code [N, V]} of the words for place {@code step}
     * @param tokens {@code [N, T]}
     * @param run {@code [N, T]}, see {@link #run}
     * @return {@code [N, V]}
     */
    Operand<TFloat32> apply(
            Ops tf, Operand<TFloat32> scores, Operand<TInt32> tokens, Operand<TInt32> run, Operand<TInt32> step) {
        return withoutRepeats(tf, tf.math.add(scores, earlyEnd(tf, scores, step)), tokens, run, step);
    }

    /** {@code [V]}. */
    private Operand<TFloat32> earlyEnd(Ops tf, Operand<TFloat32> scores, Operand<TInt32> step) {
        Operand<TBool> early = tf.math.less(tf.math.add(step, tf.constant(1)), minLength);
        return tf.oneHot(
                tf.constant(Vocabulary.END),
                columns(tf, scores),
                tf.select(early, tf.constant(FORBIDDEN), tf.constant(0f)),
                tf.constant(0f));
    }

    private Operand<TFloat32> withoutRepeats(
            Ops tf, Operand<TFloat32> scores, Operand<TInt32> tokens, Operand<TInt32> run, Operand<TInt32> step) {
        Operand<TInt32> places = tf.range(tf.constant(0), columns(tf, tokens), tf.constant(1));
        Operand<TBool> repeats = tf.math.logicalAnd(
                tf.math.logicalAnd(
                        tf.math.less(places, step), tf.math.greaterEqual(run, tf.math.sub(noRepeat, tf.constant(1)))),
                tf.math.greater(noRepeat, tf.constant(0)));
        Operand<TInt64> found = tf.where(repeats);
        Operand<TInt32> rows = tf.dtypes.cast(
                tf.slice(found, tf.constant(new long[] {0, 0}), tf.constant(new long[] {-1, 1})), TInt32.class);
        Operand<TInt32> words = tf.expandDims(tf.gatherNd(tokens, found), tf.constant(1));
        Operand<TInt32> count = tf.shape.take(tf.shape(rows), tf.constant(1));
        return tf.tensorScatterNdAdd(
                scores, tf.concat(List.of(rows, words), tf.constant(1)), tf.fill(count, tf.constant(FORBIDDEN)));
    }

    private static Operand<TInt32> columns(Ops tf, Operand<?> matrix) {
        return tf.gather(tf.shape(matrix), tf.constant(1), tf.constant(0));
    }
}
