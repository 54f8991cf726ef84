package io.captionstream.weights;

import io.captionstream.network.MalformedWeightsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Types of the tensors of a safetensors file. Weights are floating-point numbers of any width; integers are refused. */
record FloatTypes(Path file, Map<String, String> types) {
    private static final Set<String> FLOATS = Set.of("F16", "BF16", "F32", "F64");

    void require(String tensor) throws MalformedWeightsException {
        String type = types.getOrDefault(tensor, "none");
        if (!FLOATS.contains(type)) {
            throw new MalformedWeightsException(
                    "%s: tensor '%s' is of type %s, the network wants floating-point numbers"
                            .formatted(file, tensor, type));
        }
    }
}
