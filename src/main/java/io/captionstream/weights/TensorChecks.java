package io.captionstream.weights;

import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.Weights;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;

/** Refusals that every kind of file shares. All name the file and the tensor as the file does. */
final class TensorChecks {
    private static final int LISTED = 5;

    private TensorChecks() {}

    static void requireShape(Path file, String tensor, long[] expected, long[] found) throws MalformedWeightsException {
        if (!Arrays.equals(expected, found)) {
            throw new MalformedWeightsException("%s: tensor '%s' has the shape %s, the network wants %s"
                    .formatted(file, tensor, Arrays.toString(found), Arrays.toString(expected)));
        }
    }

    /** A copy of the values of a tensor, all of them numbers. */
    static float[] finite(Path file, String tensor, Weights weights) throws MalformedWeightsException {
        FloatBuffer buffer = weights.values(tensor);
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        requireFinite(file, tensor, values);
        return values;
    }

    static void requireFinite(Path file, String tensor, float[] values) throws MalformedWeightsException {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new MalformedWeightsException(
                        "%s: tensor '%s' has %s at position %s".formatted(file, tensor, values[i], i));
            }
        }
    }

    /** Running variances: a negative one has no root. */
    static void requireNotNegative(Path file, String tensor, float[] values) throws MalformedWeightsException {
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0) {
                throw new MalformedWeightsException("%s: tensor '%s' is a variance and has %s at position %s"
                        .formatted(file, tensor, values[i], i));
            }
        }
    }

    static MalformedWeightsException missing(Path file, String tensor, long[] shape) {
        return new MalformedWeightsException(
                "%s: tensor '%s' of shape %s is missing".formatted(file, tensor, Arrays.toString(shape)));
    }

    static void requireNoneLeft(Path file, Collection<String> left) throws MalformedWeightsException {
        if (!left.isEmpty()) {
            throw new MalformedWeightsException("%s: the network has no tensors %s%s; this is another network's file"
                    .formatted(
                            file,
                            left.stream().limit(LISTED).toList(),
                            left.size() > LISTED ? " and " + (left.size() - LISTED) + " more" : ""));
        }
    }
}
