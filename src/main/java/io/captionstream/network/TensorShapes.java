package io.captionstream.network;

import com.google.common.collect.ImmutableMap;
import org.tensorflow.Graph;

/**
 * Names and stored shapes of the tensors a network has, in the order in which its layers are made: torchvision and Keras
 * make them in the same one.
 */
public final class TensorShapes {
    static {
        TensorFlowRuntime.ensureLoaded();
    }

    private TensorShapes() {}

    /** Those of the encoder, whose names begin with {@code encoder.}. */
    public static ImmutableMap<String, long[]> encoder(NetworkConfig config) {
        try (Graph graph = new Graph()) {
            return shapes(InitialWeights.declared(graph, config), Encoder.PREFIX);
        }
    }

    /** Those of the decoder, whose names begin with {@code decoder.}. */
    public static ImmutableMap<String, long[]> decoder(NetworkConfig config) {
        try (Graph graph = new Graph()) {
            return shapes(InitialWeights.declaredDecoder(graph, config), Decoder.PREFIX);
        }
    }

    private static ImmutableMap<String, long[]> shapes(VariableParameters parameters, String prefix) {
        ImmutableMap.Builder<String, long[]> shapes = ImmutableMap.builder();
        for (VariableParameters.Variable variable : parameters.variables()) {
            if (variable.name().startsWith(prefix)) {
                shapes.put(variable.name(), variable.storedShape().asArray());
            }
        }
        return shapes.buildOrThrow();
    }
}
