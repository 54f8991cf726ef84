package io.captionstream.weights;

import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.Layout;
import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An encoder in an HDF5 file of keras-applications, with or without the classifier. Kernels become PyTorch's
 * {@code [out, in, height, width]}. Where no normalization has a gamma it is 1; where no convolution has a bias it is 0.
 */
final class KerasEncoder {
    private static final String PREFIX = "encoder.";

    /**
     * ResNet50 as it was before keras-applications 1.0.8 added 1e-3 to variances, the present one adds 1.001e-5. The
     * difference goes into the variance itself, which gives the same network to the last bit but one.
     */
    private static final double OLD_EPSILON_EXCESS = 1e-3 - 1.001e-5;

    private static final Set<String> CLASSIFIER = Set.of("predictions", "probs", "fc1000");

    private final Architecture architecture;
    private final Map<String, long[]> shapes;

    KerasEncoder(Architecture architecture, Map<String, long[]> shapes) {
        this.architecture = architecture;
        this.shapes = shapes;
    }

    ImportedEncoder read(Path path) throws IOException {
        try (KerasFile file = KerasFile.open(path)) {
            Set<String> layers = new LinkedHashSet<>();
            file.tensors().forEach(tensor -> layers.add(tensor.layer()));
            Map<String, String> modules = KerasLayers.modules(path, architecture, layers, convolutionModules());
            List<String> notes = new ArrayList<>();
            Map<String, KerasTensor> found = found(file, modules, notes);
            boolean old = KerasLayers.isOldResNet(layers);
            if (old) {
                notes.add(
                        "Names of before keras-applications 1.0.8: epsilon 1e-3 instead of 1.001e-5, the difference is"
                                + " added to the variances.");
            }
            return new ImportedEncoder(
                    "Keras HDF5",
                    EncoderVariant.KERAS,
                    EncoderImport.preprocessing(architecture, EncoderVariant.KERAS),
                    weights(file, found, old ? OLD_EPSILON_EXCESS : 0, notes),
                    notes);
        }
    }

    /** The tensors of the encoder by the names they get. */
    private Map<String, KerasTensor> found(KerasFile file, Map<String, String> modules, List<String> notes)
            throws MalformedWeightsException {
        Map<String, KerasTensor> found = new TreeMap<>();
        Set<String> left = new TreeSet<>();
        int classifier = 0;
        for (KerasTensor tensor : file.tensors()) {
            String module = modules.get(tensor.layer());
            String name = PREFIX + module + "." + leaf(tensor.leaf());
            if (module != null && shapes.containsKey(name)) {
                if (found.put(name, tensor) != null) {
                    throw new MalformedWeightsException("%s: tensor '%s' of layer '%s' occurs twice"
                            .formatted(file.path(), tensor, tensor.layer()));
                }
            } else if (CLASSIFIER.contains(tensor.layer())) {
                classifier++;
            } else {
                left.add(tensor.name());
            }
        }
        TensorChecks.requireNoneLeft(file.path(), left);
        if (classifier > 0) {
            notes.add("Left out the classifier: %s tensors.".formatted(classifier));
        }
        return found;
    }

    private Weights weights(KerasFile file, Map<String, KerasTensor> found, double varianceExcess, List<String> notes)
            throws MalformedWeightsException {
        boolean gammas =
                found.values().stream().anyMatch(tensor -> tensor.leaf().equals("gamma"));
        boolean biases =
                found.values().stream().anyMatch(tensor -> tensor.leaf().equals("bias"));
        Set<String> constants = new TreeSet<>();
        Weights.Builder weights = Weights.builder();
        for (Map.Entry<String, long[]> expected : shapes.entrySet()) {
            String name = expected.getKey();
            KerasTensor tensor = found.get(name);
            if (tensor != null) {
                weights.put(name, expected.getValue(), values(file, tensor, expected.getValue(), varianceExcess));
            } else if (!gammas && isGamma(name)) {
                weights.put(name, expected.getValue(), constant(expected.getValue(), 1));
                constants.add("gamma, which is 1");
            } else if (!biases && isConvolutionBias(name)) {
                weights.put(name, expected.getValue(), constant(expected.getValue(), 0));
                constants.add("convolution bias, which is 0");
            } else {
                throw TensorChecks.missing(file.path(), name.substring(PREFIX.length()), expected.getValue());
            }
        }
        constants.forEach(what -> notes.add("The file has no " + what + "."));
        return weights.build();
    }

    private static float[] values(KerasFile file, KerasTensor tensor, long[] stored, double varianceExcess)
            throws MalformedWeightsException {
        boolean kernel = stored.length == 4;
        long[] expected = kernel ? Layout.CONVOLUTION.graphShape(stored) : stored;
        long[] actual = tensor.shape();
        if (kernel && Arrays.equals(actual, stored) && !Arrays.equals(actual, expected)) {
            throw new MalformedWeightsException(
                    "%s: tensor '%s' has the shape %s, outputs first: the file is for Theano; take the one named tf_dim_ordering_tf_kernels"
                            .formatted(file.path(), tensor, Arrays.toString(actual)));
        }
        TensorChecks.requireShape(file.path(), tensor.name(), expected, actual);
        float[] values = file.values(tensor);
        TensorChecks.requireFinite(file.path(), tensor.name(), values);
        if (tensor.leaf().equals("moving_variance")) {
            TensorChecks.requireNotNegative(file.path(), tensor.name(), values);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] + varianceExcess);
            }
        }
        return kernel ? Layout.CONVOLUTION.toStored(values, stored) : values;
    }

    /** InceptionV3's, in the order of their making; empty for ResNet50. */
    private List<String> convolutionModules() {
        String ending = ".conv.weight";
        return shapes.keySet().stream()
                .filter(name -> name.endsWith(ending))
                .map(name -> name.substring(PREFIX.length(), name.length() - ending.length()))
                .toList();
    }

    private static String leaf(String keras) {
        return switch (keras) {
            case "kernel", "gamma" -> "weight";
            case "bias", "beta" -> "bias";
            case "moving_mean" -> "running_mean";
            case "moving_variance" -> "running_var";
            default -> keras;
        };
    }

    private boolean isGamma(String name) {
        return name.endsWith(".weight") && shapes.containsKey(sibling(name, ".weight", ".running_var"));
    }

    private boolean isConvolutionBias(String name) {
        return name.endsWith(".bias") && !shapes.containsKey(sibling(name, ".bias", ".running_var"));
    }

    private static String sibling(String name, String ending, String other) {
        return name.substring(0, name.length() - ending.length()) + other;
    }

    private static float[] constant(long[] shape, float value) {
        float[] values = new float[Math.toIntExact(shape[0])];
        Arrays.fill(values, value);
        return values;
    }
}
