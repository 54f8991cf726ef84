package io.captionstream.weights;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Writes HDF5 files as Keras does. */
public final class KerasFiles {
    /** Held, since a logger that nobody holds forgets its level. */
    private static final Logger LOGGER = Logger.getLogger("io.jhdf");

    static {
        // Every group and dataset written is worth a line to it.
        LOGGER.setLevel(Level.SEVERE);
    }

    private KerasFiles() {}

    /** A weight: its shape in Keras' layout and its values, row-major. */
    public record Weight(long[] shape, float[] values) {}

    /**
     * Writes the layout of Keras 2: {@code /layer/layer/leaf:0}.
     *
     * @param weights by names such as {@code conv1_conv/kernel:0}, the weights of a layer together
     */
    public static void write(Path file, Map<String, Weight> weights) {
        try (WritableHdfFile hdf = HdfFile.write(file)) {
            fill(hdf, weights);
        }
    }

    /** As {@link #write}, in the group {@code model_weights} as a whole saved model has it. */
    public static void writeModel(Path file, Map<String, Weight> weights) {
        try (WritableHdfFile hdf = HdfFile.write(file)) {
            fill(hdf.putGroup("model_weights"), weights);
        }
    }

    /** A whole network as the one layer of another: {@code /network/layer/leaf:0}. */
    static void writeNested(Path file, String network, Map<String, Weight> weights) {
        try (WritableHdfFile hdf = HdfFile.write(file)) {
            hdf.putAttribute("layer_names", new String[] {network});
            WritableGroup outer = hdf.putGroup(network);
            outer.putAttribute("weight_names", weights.keySet().toArray(String[]::new));
            layers(weights).forEach((layer, leaves) -> {
                WritableGroup inner = outer.putGroup(layer);
                leaves.forEach((leaf, weight) -> inner.putDataset(leaf, nested(weight)));
            });
        }
    }

    /** The layout of Keras 1: {@code /layer/layer_leaf:0}, {@code W}, {@code b} and {@code running_std}. */
    public static void writeKeras1(Path file, Map<String, Weight> weights) {
        try (WritableHdfFile hdf = HdfFile.write(file)) {
            Map<String, Map<String, Weight>> layers = layers(weights);
            hdf.putAttribute("layer_names", layers.keySet().toArray(String[]::new));
            layers.forEach((layer, leaves) -> {
                WritableGroup group = hdf.putGroup(layer);
                Map<String, Weight> renamed = new LinkedHashMap<>();
                leaves.forEach((leaf, weight) -> renamed.put(layer + "_" + keras1(leaf), weight));
                group.putAttribute("weight_names", renamed.keySet().toArray(String[]::new));
                renamed.forEach((name, weight) -> group.putDataset(name, nested(weight)));
            });
        }
    }

    private static String keras1(String leaf) {
        return switch (leaf) {
            case "kernel:0" -> "W:0";
            case "bias:0" -> "b:0";
            case "moving_mean:0" -> "running_mean:0";
            case "moving_variance:0" -> "running_std:0";
            default -> leaf;
        };
    }

    private static Map<String, Map<String, Weight>> layers(Map<String, Weight> weights) {
        Map<String, Map<String, Weight>> layers = new LinkedHashMap<>();
        weights.forEach((name, weight) -> {
            int slash = name.indexOf('/');
            layers.computeIfAbsent(name.substring(0, slash), unused -> new LinkedHashMap<>())
                    .put(name.substring(slash + 1), weight);
        });
        return layers;
    }

    private static void fill(WritableGroup root, Map<String, Weight> weights) {
        Map<String, Map<String, Weight>> layers = layers(weights);
        root.putAttribute("layer_names", layers.keySet().toArray(String[]::new));
        layers.forEach((layer, leaves) -> {
            WritableGroup group = root.putGroup(layer);
            List<String> names =
                    leaves.keySet().stream().map(leaf -> layer + "/" + leaf).toList();
            group.putAttribute("weight_names", names.toArray(String[]::new));
            WritableGroup inner = group.putGroup(layer);
            leaves.forEach((leaf, weight) -> inner.putDataset(leaf, nested(weight)));
        });
    }

    /** The array of arrays that the writer takes. */
    static Object nested(Weight weight) {
        int[] dimensions =
                Arrays.stream(weight.shape).mapToInt(Math::toIntExact).toArray();
        Object array = Array.newInstance(float.class, dimensions);
        copy(weight.values, 0, array);
        return array;
    }

    private static int copy(float[] values, int from, Object target) {
        if (target instanceof float[] row) {
            System.arraycopy(values, from, row, 0, row.length);
            return from + row.length;
        }
        int next = from;
        for (int i = 0; i < Array.getLength(target); i++) {
            next = copy(values, next, Array.get(target, i));
        }
        return next;
    }
}
