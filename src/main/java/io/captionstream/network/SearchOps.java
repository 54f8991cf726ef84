package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Max;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** Operations that all searches are made of. */
final class SearchOps {
    static final float NEVER = Float.NEGATIVE_INFINITY;

    private SearchOps() {}

    /** {@code [N, 1]}: what turns scores {@code [N, V]} into log-probabilities when subtracted. */
    static Operand<TFloat32> logSumExp(Ops tf, Operand<TFloat32> logits) {
        Operand<TFloat32> largest = tf.max(logits, tf.constant(1), Max.keepDims(true));
        Operand<TFloat32> sum = tf.sum(tf.math.exp(tf.math.sub(logits, largest)), tf.constant(1), Sum.keepDims(true));
        return tf.math.add(largest, tf.math.log(sum));
    }

    /** {@code [K]}: zero, then minus infinity. */
    static Operand<TFloat32> firstOnly(Ops tf, Operand<TInt32> width) {
        Operand<TInt32> ranks = tf.range(tf.constant(0), width, tf.constant(1));
        return tf.select(tf.math.equal(ranks, tf.constant(0)), tf.constant(0f), tf.constant(NEVER));
    }

    /** Of {@code [B, N, ...]} the entries of each row that {@code [B, M]} names: {@code [B, M, ...]}. */
    static <T extends TType> Operand<T> ofRow(Ops tf, Operand<T> values, Operand<TInt32> indices) {
        return tf.gather(values, indices, tf.constant(1), Gather.batchDims(1L));
    }

    /** Rows {@code [B, n]} repeated for each beam: {@code [B * K, n]}. */
    static Operand<TFloat32> perBeam(Ops tf, Operand<TFloat32> rows, Operand<TInt32> width, int size) {
        Operand<TInt32> one = tf.constant(new int[] {1});
        Operand<TFloat32> tiled = tf.tile(
                tf.expandDims(rows, tf.constant(1)), tf.concat(List.of(one, vector(tf, width), one), tf.constant(0)));
        return tf.reshape(tiled, tf.constant(new int[] {-1, size}));
    }

    /** {@code [1]} of a scalar. */
    static Operand<TInt32> vector(Ops tf, Operand<TInt32> scalar) {
        return tf.reshape(scalar, tf.constant(new int[] {1}));
    }

    /** A shape of a constant and scalars, for example {@code [-1, K, T]}. */
    @SafeVarargs
    static Operand<TInt32> shape(Ops tf, int first, Operand<TInt32>... others) {
        List<Operand<TInt32>> parts = new ArrayList<>();
        parts.add(tf.constant(new int[] {first}));
        for (Operand<TInt32> other : others) {
            parts.add(vector(tf, other));
        }
        return tf.concat(parts, tf.constant(0));
    }
}
