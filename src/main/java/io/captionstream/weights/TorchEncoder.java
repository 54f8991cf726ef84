package io.captionstream.weights;

import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An encoder in safetensors under torchvision's names, which timm shares. The names may all have a prefix, such as
 * {@code module.} or the {@code encoder.} of this project's own files; the classifier, InceptionV3's auxiliary one and
 * counters of batches are left out.
 */
final class TorchEncoder {
    private static final String PREFIX = "encoder.";
    private static final String COUNTER = ".num_batches_tracked";

    private final Architecture architecture;
    private final Function<EncoderVariant, Map<String, long[]>> shapes;

    TorchEncoder(Architecture architecture, Function<EncoderVariant, Map<String, long[]>> shapes) {
        this.architecture = architecture;
        this.shapes = shapes;
    }

    ImportedEncoder read(Path file) throws IOException {
        Weights found = Safetensors.read(file);
        FloatTypes types = new FloatTypes(file, Safetensors.types(file));
        String prefix = prefix(file, found.names());
        EncoderVariant variant = variant(found, prefix);
        Set<String> left = new TreeSet<>(found.names());
        Weights.Builder weights = Weights.builder();
        for (Map.Entry<String, long[]> expected : shapes.apply(variant).entrySet()) {
            String name = prefix + expected.getKey().substring(PREFIX.length());
            if (!left.remove(name)) {
                throw TensorChecks.missing(file, name, expected.getValue());
            }
            TensorChecks.requireShape(file, name, expected.getValue(), found.shape(name));
            types.require(name);
            float[] values = TensorChecks.finite(file, name, found);
            if (name.endsWith(".running_var")) {
                TensorChecks.requireNotNegative(file, name, values);
            }
            weights.put(expected.getKey(), expected.getValue(), values);
        }
        List<String> notes = notes(prefix, left);
        TensorChecks.requireNoneLeft(file, left);
        return new ImportedEncoder(
                "safetensors", variant, EncoderImport.preprocessing(architecture, variant), weights.build(), notes);
    }

    /** What stands before the names: told by a tensor deep enough in the network to be no other one's. */
    private String prefix(Path file, Set<String> names) throws MalformedWeightsException {
        String anchor =
                architecture == Architecture.RESNET50_LSTM ? "layer1.0.conv2.weight" : "Mixed_5b.branch1x1.conv.weight";
        List<String> prefixes = names.stream()
                .filter(name -> name.equals(anchor) || name.endsWith("." + anchor))
                .map(name -> name.substring(0, name.length() - anchor.length()))
                .toList();
        if (prefixes.size() != 1) {
            throw new MalformedWeightsException(
                    "%s: %s tensors are named '%s', one is wanted; this is not the encoder of %s. It has %s"
                            .formatted(
                                    file,
                                    prefixes.isEmpty() ? "no" : prefixes.size(),
                                    anchor,
                                    architecture.modelName(),
                                    names.stream().limit(5).toList()));
        }
        return prefixes.get(0);
    }

    /** ResNet50 of Keras has biases in its convolutions, InceptionV3 of Keras no factors in its normalizations. */
    private EncoderVariant variant(Weights found, String prefix) {
        boolean keras =
                switch (architecture) {
                    case RESNET50_LSTM -> found.contains(prefix + "conv1.bias");
                    case INCEPTIONV3_GLOVE -> !found.contains(prefix + "Conv2d_1a_3x3.bn.weight");
                };
        return keras ? EncoderVariant.KERAS : EncoderVariant.TORCHVISION;
    }

    /** Takes out what is known and not needed, and says so. */
    private static List<String> notes(String prefix, Set<String> left) {
        List<String> notes = new ArrayList<>();
        note(notes, left, "the classifier (fc)", name -> name.startsWith(prefix + "fc."));
        note(notes, left, "the auxiliary classifier (AuxLogits)", name -> name.startsWith(prefix + "AuxLogits."));
        note(notes, left, "counters of batches", name -> name.endsWith(COUNTER));
        if (!prefix.isEmpty()) {
            note(notes, left, "what is not under '" + prefix + "'", name -> !name.startsWith(prefix));
        }
        return notes;
    }

    private static void note(List<String> notes, Set<String> left, String what, Predicate<String> ignored) {
        long before = left.size();
        left.removeIf(ignored);
        if (left.size() < before) {
            notes.add("Left out %s: %s tensors.".formatted(what, before - left.size()));
        }
    }
}
