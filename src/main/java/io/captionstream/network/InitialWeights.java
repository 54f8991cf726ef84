package io.captionstream.network;

import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** The random weights a network starts from. */
public final class InitialWeights {
    static {
        TensorFlowRuntime.ensureLoaded();
    }

    private InitialWeights() {}

    /** The weights a {@link TrainingGraph} of this seed has before its first step. */
    public static Weights of(NetworkConfig config, long seed) {
        try (Graph graph = new Graph()) {
            return declared(graph, config).initialWeights(seed);
        }
    }

    /** The variables of a network in a graph of their own. */
    static VariableParameters declared(Graph graph, NetworkConfig config) {
        Ops tf = Ops.create(graph);
        VariableParameters parameters = new VariableParameters(tf);
        Placeholder<TUint8> images = tf.placeholder(TUint8.class, Placeholder.shape(config.imageShape()));
        Operand<TFloat32> features =
                Encoder.of(config).encode(tf, new TrainableConvolutions(tf, parameters, false, 0), images);
        declareDecoder(tf, parameters, config, features);
        return parameters;
    }

    /** The variables of a decoder alone, in a graph of their own. */
    static VariableParameters declaredDecoder(Graph graph, NetworkConfig config) {
        Ops tf = Ops.create(graph);
        VariableParameters parameters = new VariableParameters(tf);
        Shape shape = Shape.of(-1, Encoder.of(config).features());
        declareDecoder(tf, parameters, config, tf.placeholder(TFloat32.class, Placeholder.shape(shape)));
        return parameters;
    }

    private static void declareDecoder(
            Ops tf, VariableParameters parameters, NetworkConfig config, Operand<TFloat32> features) {
        Decoder decoder = Decoder.of(config);
        decoder.declare(tf, parameters);
        decoder.image(tf, parameters, features, Encoder.of(config).features());
    }
}
