package io.captionstream.weights;

import com.google.common.collect.ImmutableMap;
import io.jhdf.api.Dataset;
import java.util.Map;

/**
 * A weight in a Keras file.
 *
 * @param layer the layer it belongs to
 * @param leaf what it is: {@code kernel}, {@code bias}, {@code gamma}, {@code beta}, {@code moving_mean},
 *     {@code moving_variance}, or the name as it is
 * @param name as in the file
 * @param dataset where it is
 */
record KerasTensor(String layer, String leaf, String name, Dataset dataset) {
    /** Keras 1 called the variance a deviation. */
    private static final Map<String, String> KERAS_1 = ImmutableMap.of(
            "W", "kernel",
            "b", "bias",
            "gamma", "gamma",
            "beta", "beta",
            "running_mean", "moving_mean",
            "running_std", "moving_variance");

    /** {@code conv1_conv/kernel:0}, or of Keras 1 {@code conv1_conv_W:0}. */
    static KerasTensor of(String layer, String name, Dataset dataset) {
        int slash = name.lastIndexOf('/');
        String leaf = name.substring(slash + 1).replaceFirst(":\\d+$", "");
        if (slash < 0) {
            for (Map.Entry<String, String> old : KERAS_1.entrySet()) {
                if (leaf.endsWith("_" + old.getKey())) {
                    return new KerasTensor(layer, old.getValue(), name, dataset);
                }
            }
        }
        return new KerasTensor(layer, leaf, name, dataset);
    }

    /** The part of a name before its leaf: {@code conv1_conv} of {@code resnet50/conv1_conv/kernel:0}; may be empty. */
    static String scope(String name) {
        int end = name.lastIndexOf('/');
        return end < 0 ? "" : name.substring(name.lastIndexOf('/', end - 1) + 1, end);
    }

    long[] shape() {
        return dataset.getDimensionsAsLong();
    }

    @Override
    public String toString() {
        return name;
    }
}
