package io.captionstream.network;

import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.nn.SoftmaxCrossEntropyWithLogits;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The mean cross-entropy per token of captions under teacher forcing, with the LSTM unrolled and scores computed for real
 * tokens only: captions are shorter than the longest, and the vocabulary is by far the largest layer.
 */
final class CaptionLoss {
    private final Operand<TFloat32> sum;
    private final Operand<TFloat32> loss;
    private final Operand<TFloat32> logits;
    private final Operand<TFloat32> logitGradient;

    private CaptionLoss(
            Ops tf,
            Operand<TFloat32> sum,
            Operand<TFloat32> logits,
            Operand<TFloat32> logitGradient,
            Operand<TFloat32> tokenCount) {
        this.sum = sum;
        this.loss = tf.math.div(sum, tokenCount);
        this.logits = logits;
        this.logitGradient = logitGradient;
    }

    /** Scalar, over the tokens. */
    Operand<TFloat32> sum() {
        return sum;
    }

    /** Scalar: {@link #sum} divided by the number of real tokens. */
    Operand<TFloat32> loss() {
        return loss;
    }

    /** {@code [tokens, V]}. */
    Operand<TFloat32> logits() {
        return logits;
    }

    /**
     * Gradient of the sum over the tokens by {@link #logits}: TensorFlow has none of its own for this cross-entropy in
     * Java. Not divided by their number: it is the largest tensor of all, so its consumers divide.
     */
    Operand<TFloat32> logitGradient() {
        return logitGradient;
    }

    /**
     * Placeholder for captions: {@code [B, T]}, real tokens then {@link Vocabulary#PAD}. The end token is a real token, the
     * start token is not part of it. Padding must be at the end only, and pad must not occur as a word.
     */
    static Placeholder<TInt32> captions(Ops tf, int maxLength) {
        return tf.withName("captions").placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, maxLength)));
    }

    /**
     * Adds the loss to a graph.
     *
     * @param features {@code [B, F]}
     * @param dropout what to do with the vectors before the output layers, or null
     * @param labelSmoothing share of the target spread evenly over the vocabulary
     */
    static CaptionLoss build(
            Ops tf,
            Decoder decoder,
            Parameters parameters,
            Operand<TFloat32> features,
            int featureCount,
            Operand<TInt32> captions,
            int maxLength,
            @Nullable Dropout dropout,
            double labelSmoothing) {
        Decoder.Tensors tensors = decoder.declare(tf, parameters);
        Operand<TFloat32> image = decoder.image(tf, parameters, features, featureCount);
        Decoder.State state = decoder.initial(tf, tensors, image);
        Operand<TInt32> words = tf.linalg.transpose(captions, tf.constant(new int[] {1, 0}));
        Operand<TFloat32> inputs = decoder.embedded(tf, tensors, inputs(tf, words, maxLength));
        List<Operand<TFloat32>> hidden = new ArrayList<>();
        decoder.steps(tf, tensors, inputs, maxLength, state).forEach(after -> hidden.add(after.hidden()));
        Operand<TInt32> all = tf.constant(new int[] {-1});
        // At once rather than step by step: a gradient summed over one axis has one order, one over many steps has not.
        Operand<TFloat32> joined = decoder.joined(tf, tf.stack(hidden), image);
        Operand<TFloat32> rows = tf.reshape(joined, tf.constant(new int[] {-1, decoder.hiddenSize}));
        Operand<TInt32> labels = tf.reshape(words, all);
        Operand<TInt32> real = tf.dtypes.cast(
                tf.reshape(tf.where(tf.math.notEqual(labels, tf.constant(Vocabulary.PAD))), all), TInt32.class);
        rows = tf.gather(rows, real, tf.constant(0));
        labels = tf.gather(labels, real, tf.constant(0));
        if (dropout != null) {
            rows = dropout.apply(tf, rows);
        }
        Operand<TFloat32> logits = decoder.logits(tf, tensors, rows);
        Operand<TFloat32> count = tf.dtypes.cast(tf.size(labels), TFloat32.class);
        Entropy entropy = labelSmoothing > 0
                ? smoothed(tf, logits, labels, (float) labelSmoothing, decoder.vocabularySize)
                : exact(tf, logits, labels);
        return new CaptionLoss(tf, tf.sum(entropy.loss, tf.constant(0)), logits, entropy.gradient, count);
    }

    /**
     * The tokens {@code [T, B]} that the LSTM reads: the start, then the words before. All are looked up at once, since the
     * gradient of every lookup is as large as the whole embedding.
     *
     * @param words {@code [T, B]}
     */
    private static Operand<TInt32> inputs(Ops tf, Operand<TInt32> words, int maxLength) {
        Operand<TInt32> start = tf.constant(new int[] {0, 0});
        Operand<TInt32> first = tf.fill(
                tf.shape(tf.slice(words, start, tf.constant(new int[] {1, -1}))), tf.constant(Vocabulary.START));
        Operand<TInt32> before = tf.slice(words, start, tf.constant(new int[] {maxLength - 1, -1}));
        return tf.concat(List.of(first, before), tf.constant(0));
    }

    /**
     * @param loss {@code [tokens]}
     * @param gradient {@code [tokens, V]}, by the logits
     */
    private record Entropy(Operand<TFloat32> loss, Operand<TFloat32> gradient) {}

    private static Entropy exact(Ops tf, Operand<TFloat32> logits, Operand<TInt32> labels) {
        SparseSoftmaxCrossEntropyWithLogits<TFloat32> entropy =
                SparseSoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, labels);
        return new Entropy(entropy.loss(), entropy.backprop());
    }

    private static Entropy smoothed(
            Ops tf, Operand<TFloat32> logits, Operand<TInt32> labels, float smoothing, int vocabularySize) {
        Operand<TFloat32> targets = tf.oneHot(
                labels,
                tf.constant(vocabularySize),
                tf.constant(1 - smoothing + smoothing / vocabularySize),
                tf.constant(smoothing / vocabularySize));
        SoftmaxCrossEntropyWithLogits<TFloat32> entropy =
                SoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, targets);
        return new Entropy(entropy.loss(), entropy.backprop());
    }

    /**
     * Inverted dropout (Srivastava et al. 2014) with a mask that depends on the fed seed only.
     *
     * @param keep share of values kept
     * @param seed {@code [2]}, another one for every step
     */
    record Dropout(double keep, Operand<TInt32> seed) {
        Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
            Operand<TFloat32> uniform = tf.random.statelessRandomUniform(tf.shape(x), seed, TFloat32.class);
            Operand<TFloat32> kept = tf.dtypes.cast(tf.math.less(uniform, tf.constant((float) keep)), TFloat32.class);
            return tf.math.mul(x, tf.math.mul(kept, tf.constant((float) (1 / keep))));
        }
    }
}
