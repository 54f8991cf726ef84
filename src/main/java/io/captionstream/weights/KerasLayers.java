package io.captionstream.weights;

import com.google.common.collect.ImmutableMap;
import io.captionstream.network.Architecture;
import io.captionstream.network.MalformedWeightsException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which layer of keras-applications is which module of torchvision. */
final class KerasLayers {
    private static final Pattern BLOCK = Pattern.compile("conv([2-5])_block(\\d+)_([0-3])_(conv|bn)");
    private static final Pattern OLD_BLOCK = Pattern.compile("(res|bn)([2-5])([a-f])_branch(1|2[abc])");
    private static final Pattern NUMBERED =
            Pattern.compile("(conv2d|convolution2d|batch_normalization|batchnormalization)(?:_(\\d+))?");
    private static final ImmutableMap<String, String> STEM = ImmutableMap.of(
            "conv1_conv", "conv1",
            "conv1", "conv1",
            "conv1_bn", "bn1",
            "bn_conv1", "bn1");

    private KerasLayers() {}

    /** Whether the layers have the names of before keras-applications 1.0.8, {@code res2a_branch2a} and so on. */
    static boolean isOldResNet(Collection<String> layers) {
        return layers.contains("bn_conv1");
    }

    /**
     * The modules of those layers that the encoder has; layers that are not among the keys are none of it.
     *
     * @param layers that have weights
     * @param modules InceptionV3's convolution modules in torchvision's order, not used for ResNet50
     */
    static Map<String, String> modules(
            Path file, Architecture architecture, Collection<String> layers, List<String> modules)
            throws MalformedWeightsException {
        return switch (architecture) {
            case RESNET50_LSTM -> resNet(layers);
            case INCEPTIONV3_GLOVE -> inception(file, layers, modules);
        };
    }

    private static Map<String, String> resNet(Collection<String> layers) {
        Map<String, String> names = new TreeMap<>();
        for (String layer : layers) {
            Matcher block = BLOCK.matcher(layer);
            Matcher old = OLD_BLOCK.matcher(layer);
            if (STEM.containsKey(layer)) {
                names.put(layer, STEM.getOrDefault(layer, layer));
            } else if (block.matches()) {
                names.put(
                        layer,
                        block(
                                block.group(1),
                                Integer.parseInt(block.group(2)) - 1,
                                Integer.parseInt(block.group(3)),
                                block.group(4).equals("conv")));
            } else if (old.matches()) {
                names.put(
                        layer,
                        block(
                                old.group(2),
                                old.group(3).charAt(0) - 'a',
                                old.group(4).equals("1") ? 0 : old.group(4).charAt(1) - 'a' + 1,
                                old.group(1).equals("res")));
            }
        }
        return names;
    }

    /** @param position 0 for the shortcut, else the place in the block */
    private static String block(String stage, int block, int position, boolean convolution) {
        String prefix = "layer" + (Integer.parseInt(stage) - 1) + "." + block + ".";
        return position == 0
                ? prefix + "downsample." + (convolution ? 0 : 1)
                : prefix + (convolution ? "conv" : "bn") + position;
    }

    /**
     * Keras numbers layers in the order of their making, which is that of torchvision's modules, but begins at 0, at 1 or,
     * if the process made another network before, anywhere: their order counts, not the numbers.
     */
    private static Map<String, String> inception(Path file, Collection<String> layers, List<String> modules)
            throws MalformedWeightsException {
        TreeMap<Integer, String> convolutions = new TreeMap<>();
        TreeMap<Integer, String> normalizations = new TreeMap<>();
        for (String layer : layers) {
            Matcher numbered = NUMBERED.matcher(layer);
            if (numbered.matches()) {
                int number = numbered.group(2) == null ? 0 : Integer.parseInt(numbered.group(2));
                (layer.startsWith("conv") ? convolutions : normalizations).put(number, layer);
            }
        }
        if (convolutions.size() != modules.size() || normalizations.size() != modules.size()) {
            throw new MalformedWeightsException(
                    "%s has %s convolutions and %s batch normalizations, InceptionV3 has %s of each; this is another network's file"
                            .formatted(file, convolutions.size(), normalizations.size(), modules.size()));
        }
        Map<String, String> names = new TreeMap<>();
        int index = 0;
        for (String layer : convolutions.values()) {
            names.put(layer, modules.get(index++) + ".conv");
        }
        index = 0;
        for (String layer : normalizations.values()) {
            names.put(layer, modules.get(index++) + ".bn");
        }
        return names;
    }
}
