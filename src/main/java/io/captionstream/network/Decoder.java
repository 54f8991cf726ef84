package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Turns a feature vector and the words so far into scores of the next word. Everything after {@link #declare} works on
 * the tensors it is given, so that the same definition serves the training graph and the body of the beam search, which
 * cannot see tensors outside of it.
 *
 * <p>LSTM: {@code g = W_ih x + b_ih + W_hh h + b_hh}, gates in the order input, forget, cell, output;
 * {@code c' = sigmoid(f) c + sigmoid(i) tanh(g)}, {@code h' = sigmoid(o) tanh(c')} (Hochreiter and Schmidhuber 1997 as in
 * PyTorch: no peephole, no extra forget bias).
 */
abstract class Decoder {
    static final String PREFIX = "decoder.";
    static final String EMBEDDING = PREFIX + "emb.weight";

    private static final int GATES = 4;

    final int embeddingSize;
    final int hiddenSize;
    final int vocabularySize;

    Decoder(int embeddingSize, int hiddenSize, int vocabularySize) {
        this.embeddingSize = embeddingSize;
        this.hiddenSize = hiddenSize;
        this.vocabularySize = vocabularySize;
    }

    static Decoder of(NetworkConfig config) {
        return switch (config.architecture()) {
            case RESNET50_LSTM ->
                new PreInjectDecoder(config.embeddingSize(), config.hiddenSize(), config.vocabularySize());
            case INCEPTIONV3_GLOVE ->
                new MergeDecoder(config.embeddingSize(), config.hiddenSize(), config.vocabularySize());
        };
    }

    /**
     * The tensors every step needs.
     *
     * @param embedding {@code [V, E]}
     * @param kernel {@code [E + H, 4H]}, words above, state below
     * @param bias {@code [4H]}
     * @param output kernels and biases of the layers from state to scores
     */
    record Tensors(
            Operand<TFloat32> embedding,
            Operand<TFloat32> kernel,
            Operand<TFloat32> bias,
            List<Operand<TFloat32>> output) {
        /** In an order that {@link #ofList} reads. */
        List<Operand<TFloat32>> asList() {
            List<Operand<TFloat32>> list = new ArrayList<>(List.of(embedding, kernel, bias));
            list.addAll(output);
            return list;
        }

        static Tensors ofList(List<Operand<TFloat32>> list) {
            return new Tensors(list.get(0), list.get(1), list.get(2), List.copyOf(list.subList(3, list.size())));
        }
    }

    /**
     * State of the LSTM.
     *
     * @param hidden {@code [N, H]}, its output
     * @param cell {@code [N, H]}
     */
    record State(Operand<TFloat32> hidden, Operand<TFloat32> cell) {}

    /** Length of the vector that {@link #image} makes. */
    abstract int imageSize();

    /**
     * What the decoder wants to know of an image.
     *
     * @param features {@code [B, F]}
     * @return {@code [B, imageSize()]}
     */
    abstract Operand<TFloat32> image(Ops tf, Parameters parameters, Operand<TFloat32> features, int featureCount);

    /** Declares the layers from state to scores. */
    abstract List<Operand<TFloat32>> declareOutput(Parameters parameters);

    /** The state before the start token. {@code image} is {@code [B, imageSize()]}. */
    abstract State initial(Ops tf, Tensors tensors, Operand<TFloat32> image);

    /** State {@code [..., N, H]} and image {@code [N, ·]} as the layers to the scores take them: as the state. */
    abstract Operand<TFloat32> joined(Ops tf, Operand<TFloat32> hidden, Operand<TFloat32> image);

    /** Unnormalised scores {@code [N, V]} of {@link #joined} vectors. */
    abstract Operand<TFloat32> logits(Ops tf, Tensors tensors, Operand<TFloat32> joined);

    final Tensors declare(Ops tf, Parameters parameters) {
        int gates = GATES * hiddenSize;
        Initializer recurrent = Initializer.uniform(1 / Math.sqrt(hiddenSize));
        Operand<TFloat32> embedding =
                parameters.get(EMBEDDING, Layout.PLAIN, Initializer.uniform(0.5), true, vocabularySize, embeddingSize);
        Operand<TFloat32> words =
                parameters.get(PREFIX + "lstm.weight_ih_l0", Layout.LINEAR, recurrent, true, gates, embeddingSize);
        Operand<TFloat32> state =
                parameters.get(PREFIX + "lstm.weight_hh_l0", Layout.LINEAR, recurrent, true, gates, hiddenSize);
        Operand<TFloat32> wordBias = parameters.get(PREFIX + "lstm.bias_ih_l0", Layout.PLAIN, recurrent, true, gates);
        Operand<TFloat32> stateBias = parameters.get(PREFIX + "lstm.bias_hh_l0", Layout.PLAIN, recurrent, true, gates);
        return new Tensors(
                embedding,
                tf.concat(List.of(words, state), tf.constant(0)),
                tf.math.add(wordBias, stateBias),
                declareOutput(parameters));
    }

    /** Word vectors {@code [..., E]} of tokens {@code [...]}. */
    final Operand<TFloat32> embedded(Ops tf, Tensors tensors, Operand<TInt32> tokens) {
        return tf.gather(tensors.embedding(), tokens, tf.constant(0));
    }

    /** One step of the LSTM on inputs {@code [N, E]}. */
    final State step(Ops tf, Tensors tensors, Operand<TFloat32> input, State state) {
        Operand<TFloat32> gates = tf.nn.biasAdd(
                tf.linalg.matMul(tf.concat(List.of(input, state.hidden()), tf.constant(1)), tensors.kernel()),
                tensors.bias());
        return state(tf, gates, state);
    }

    /**
     * The states {@code [B, ·]} after each of several steps on inputs that are known before. What the inputs add to the
     * gates is computed for all steps at once: one large product instead of many small ones, and one gradient.
     *
     * @param inputs {@code [T, B, E]}
     */
    final List<State> steps(Ops tf, Tensors tensors, Operand<TFloat32> inputs, int count, State initial) {
        int gates = GATES * hiddenSize;
        Operand<TFloat32> inputKernel = tf.slice(
                tensors.kernel(), tf.constant(new int[] {0, 0}), tf.constant(new int[] {embeddingSize, gates}));
        Operand<TFloat32> stateKernel = tf.slice(
                tensors.kernel(), tf.constant(new int[] {embeddingSize, 0}), tf.constant(new int[] {hiddenSize, gates
                }));
        Operand<TFloat32> rows = tf.reshape(inputs, tf.constant(new int[] {-1, embeddingSize}));
        Operand<TFloat32> added = tf.reshape(
                tf.nn.biasAdd(tf.linalg.matMul(rows, inputKernel), tensors.bias()),
                tf.constant(new int[] {count, -1, gates}));
        List<State> states = new ArrayList<>();
        State state = initial;
        for (Output<TFloat32> ofInput : tf.unstack(added, (long) count).output()) {
            state = state(tf, tf.math.add(ofInput, tf.linalg.matMul(state.hidden(), stateKernel)), state);
            states.add(state);
        }
        return states;
    }

    private State state(Ops tf, Operand<TFloat32> gates, State state) {
        List<Output<TFloat32>> parts =
                tf.split(tf.constant(1), gates, (long) GATES).output();
        Operand<TFloat32> kept = tf.math.mul(tf.math.sigmoid(parts.get(1)), state.cell());
        Operand<TFloat32> added = tf.math.mul(tf.math.sigmoid(parts.get(0)), tf.math.tanh(parts.get(2)));
        Operand<TFloat32> cell = tf.math.add(kept, added);
        return new State(tf.math.mul(tf.math.sigmoid(parts.get(3)), tf.math.tanh(cell)), cell);
    }

    /** A state of zeros with as many rows as {@code rows} has. */
    final State zeros(Ops tf, Operand<TFloat32> rows) {
        Operand<TInt32> count = tf.shape.take(tf.shape(rows), tf.constant(1));
        Operand<TInt32> shape = tf.concat(List.of(count, tf.constant(new int[] {hiddenSize})), tf.constant(0));
        Operand<TFloat32> zeros = tf.fill(shape, tf.constant(0f));
        return new State(zeros, zeros);
    }

    static Operand<TFloat32> dense(Ops tf, Operand<TFloat32> x, Operand<TFloat32> kernel, Operand<TFloat32> bias) {
        return tf.nn.biasAdd(tf.linalg.matMul(x, kernel), bias);
    }

    static List<Operand<TFloat32>> declareDense(
            Parameters parameters, String name, int inputs, int outputs, Initializer initializer) {
        return List.of(
                parameters.get(PREFIX + name + ".weight", Layout.LINEAR, initializer, true, outputs, inputs),
                parameters.get(PREFIX + name + ".bias", Layout.PLAIN, Initializer.constant(0), true, outputs));
    }
}
