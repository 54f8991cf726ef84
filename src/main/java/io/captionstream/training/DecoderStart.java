package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.network.Architecture;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.util.Map;

/**
 * Sets the weights a decoder starts from, where the usual random ones learn slowly.
 *
 * <p>A pre-inject LSTM sees the image once, before the first word, and must remember it to the last. From unbiased gates
 * it forgets half of it with every word, and with features that hardly differ between images it has little to remember:
 * on synthetic scenes it then took an order of magnitude more steps until captions told the colours. So the forget gate
 * starts open (Jozefowicz et al. 2015, "An Empirical Exploration of Recurrent Network Architectures"), the input gate
 * somewhat closed to words, and the image's linear map such that its outputs have mean 0 and a fixed deviation over the
 * training images.
 */
final class DecoderStart {
    private static final String EMBEDDING = "decoder.emb.weight";
    private static final String GATE_BIAS = "decoder.lstm.bias_ih_l0";
    private static final String IMAGE_WEIGHT = "decoder.img.weight";
    private static final String IMAGE_BIAS = "decoder.img.bias";

    private static final float PRE_INJECT_INPUT_BIAS = -1;
    private static final float PRE_INJECT_FORGET_BIAS = 3;
    private static final float PRE_INJECT_OUTPUT_BIAS = 1;
    private static final float MERGE_FORGET_BIAS = 1;
    private static final float PRE_INJECT_WORD_SCALE = 0.35f;
    private static final double IMAGE_DEVIATION = 2;
    /** Features that hardly vary are not blown up beyond this many times the average. */
    private static final double LARGEST_AMPLIFICATION = 10;

    /** Batch normalization forgets its own start, at its default momentum, in about as many batches. */
    private static final int NORMALIZATION_BATCHES = 60;

    private static final int FEATURE_BATCHES = 16;

    private final TrainingGraph graph;
    private final NetworkConfig network;
    private final BatchSource training;
    private final boolean freshEncoder;

    /** @param freshEncoder whether the encoder learns from random weights, its running statistics unset */
    DecoderStart(TrainingGraph graph, NetworkConfig network, BatchSource training, boolean freshEncoder) {
        this.graph = graph;
        this.network = network;
        this.training = training;
        this.freshEncoder = freshEncoder;
    }

    /**
     * Prepares the graph for its first step.
     *
     * @param vectors word vectors that replace the random ones; their length must be that of the embedding
     */
    void apply(Vocabulary vocabulary, Map<String, float[]> vectors) throws IOException {
        boolean preInject = network.architecture() == Architecture.RESNET50_LSTM;
        Weights weights = graph.weights();
        Weights.Builder changed = Weights.builder();
        changed.put(EMBEDDING, weights.shape(EMBEDDING), embedding(weights, preInject, vocabulary, vectors));
        changed.put(GATE_BIAS, weights.shape(GATE_BIAS), gateBias(weights, preInject));
        graph.load(changed.build());
        if (preInject) {
            graph.load(centredImage(weights));
        }
    }

    private float[] embedding(Weights weights, boolean preInject, Vocabulary vocabulary, Map<String, float[]> vectors) {
        float[] values = array(weights, EMBEDDING);
        int length = network.embeddingSize();
        if (preInject) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= PRE_INJECT_WORD_SCALE;
            }
        }
        for (int id = 0; id < vocabulary.size(); id++) {
            float[] vector = vectors.get(vocabulary.word(id));
            if (vector != null) {
                checkArgument(vector.length == length, "word vectors have %s numbers, not %s", vector.length, length);
                System.arraycopy(vector, 0, values, id * length, length);
            }
        }
        return values;
    }

    private float[] gateBias(Weights weights, boolean preInject) {
        float[] bias = array(weights, GATE_BIAS);
        int hidden = network.hiddenSize();
        // Gates in the order input, forget, cell, output.
        for (int i = 0; i < hidden; i++) {
            bias[hidden + i] += preInject ? PRE_INJECT_FORGET_BIAS : MERGE_FORGET_BIAS;
            if (preInject) {
                bias[i] += PRE_INJECT_INPUT_BIAS;
                bias[3 * hidden + i] += PRE_INJECT_OUTPUT_BIAS;
            }
        }
        return bias;
    }

    private Weights centredImage(Weights weights) throws IOException {
        int[] order = training.order(0);
        int batches = training.batchesPerEpoch();
        // Steps of rate 0 leave the weights as they are and give batch normalization its first running statistics.
        for (int batch = 0; freshEncoder && batch < NORMALIZATION_BATCHES; batch++) {
            graph.step(training.batch(order, batch % batches), 0);
        }
        FeatureStatistics features = new FeatureStatistics(graph.featureCount());
        for (int batch = 0; batch < Math.min(FEATURE_BATCHES, batches); batch++) {
            features.add(features(training.batch(order, batch)));
        }
        return centred(array(weights, IMAGE_WEIGHT), weights.shape(IMAGE_WEIGHT), features);
    }

    private float[] features(TrainingBatch batch) {
        if (batch instanceof TrainingBatch.Features computed) {
            return computed.rows();
        }
        return graph.features(((TrainingBatch.Pixels) batch).rgb(), batch.size());
    }

    private static Weights centred(float[] kernel, long[] shape, FeatureStatistics features) {
        int outputs = (int) shape[0];
        int inputs = (int) shape[1];
        double squares = 0;
        for (float value : kernel) {
            squares += (double) value * value;
        }
        double scale = IMAGE_DEVIATION / Math.sqrt(squares / outputs);
        double smallest = features.averageDeviation() / LARGEST_AMPLIFICATION;
        float[] scaled = new float[kernel.length];
        float[] bias = new float[outputs];
        for (int output = 0; output < outputs; output++) {
            double offset = 0;
            for (int input = 0; input < inputs; input++) {
                double value = kernel[output * inputs + input] * scale / Math.max(smallest, features.deviation(input));
                scaled[output * inputs + input] = (float) value;
                offset -= value * features.mean(input);
            }
            bias[output] = (float) offset;
        }
        return Weights.builder()
                .put(IMAGE_WEIGHT, shape, scaled)
                .put(IMAGE_BIAS, new long[] {outputs}, bias)
                .build();
    }

    private static float[] array(Weights weights, String name) {
        var values = weights.values(name);
        float[] array = new float[values.remaining()];
        values.get(array);
        return array;
    }
}
