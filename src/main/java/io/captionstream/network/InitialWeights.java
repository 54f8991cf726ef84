package io.captionstream.network;

import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
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
            Ops tf = Ops.create(graph);
            VariableParameters parameters = new VariableParameters(tf);
            Encoder encoder = Encoder.of(config);
            Decoder decoder = Decoder.of(config);
            Placeholder<TUint8> images = tf.placeholder(TUint8.class, Placeholder.shape(config.imageShape()));
            decoder.declare(tf, parameters);
            decoder.image(
                    tf,
                    parameters,
                    encoder.encode(tf, new TrainableConvolutions(tf, parameters, false, 0), images),
                    encoder.features());
            return parameters.initialWeights(seed);
        }
    }
}
