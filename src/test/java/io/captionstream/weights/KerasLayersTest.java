package io.captionstream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the layer tables of keras-applications with the torchvision module of each layer. */
class KerasLayersTest {
    private static final Path FILE = Path.of("weights.h5");
    private static final Path TABLES = Path.of("src/test/resources/parity");

    @Test
    void shouldKnowEveryLayerOfResNet50() throws IOException {
        Map<String, String> table = table("keras_resnet50_layers.tsv");

        assertThat(table).hasSize(106);
        assertThat(KerasLayers.modules(FILE, Architecture.RESNET50_LSTM, table.keySet(), List.of()))
                .containsExactlyInAnyOrderEntriesOf(table);
    }

    @ParameterizedTest
    @CsvSource({
        "conv1, conv1",
        "bn_conv1, bn1",
        "res2a_branch2a, layer1.0.conv1",
        "bn2a_branch2c, layer1.0.bn3",
        "res3d_branch2b, layer2.3.conv2",
        "res5a_branch1, layer4.0.downsample.0",
        "bn4a_branch1, layer3.0.downsample.1",
    })
    void shouldKnowTheOldNamesOfResNet50(String layer, String module) throws IOException {
        assertThat(KerasLayers.modules(FILE, Architecture.RESNET50_LSTM, Set.of(layer), List.of()))
                .containsExactly(Map.entry(layer, module));
    }

    /** Numbers begin at 1 in Keras, at none in tf.keras, and at 95 in a process's second network. */
    @ParameterizedTest
    @CsvSource({
        "conv2d, batch_normalization, 1",
        "conv2d, batch_normalization, 0",
        "conv2d, batch_normalization, 95",
        "convolution2d, batchnormalization, 1"
    })
    void shouldMapTheNumbersOfInceptionV3ByOrder(String convolution, String normalization, int first)
            throws IOException {
        Map<String, String> table = table("keras_inception_v3_layers.tsv");
        Map<String, String> renamed = new LinkedHashMap<>();
        table.forEach((layer, module) -> {
            int number = Integer.parseInt(layer.substring(layer.lastIndexOf('_') + 1)) - 1 + first;
            String name = layer.startsWith("conv2d") ? convolution : normalization;
            renamed.put(number == 0 ? name : name + "_" + number, module);
        });

        assertThat(table).hasSize(188);
        assertThat(KerasLayers.modules(FILE, Architecture.INCEPTIONV3_GLOVE, renamed.keySet(), modules(table)))
                .containsExactlyInAnyOrderEntriesOf(renamed);
    }

    @Test
    void shouldRefuseAnotherNumberOfConvolutions() throws IOException {
        List<String> modules = modules(table("keras_inception_v3_layers.tsv"));

        assertThatThrownBy(() -> KerasLayers.modules(
                        FILE, Architecture.INCEPTIONV3_GLOVE, Set.of("conv2d_1", "batch_normalization_1"), modules))
                .hasMessage(
                        "weights.h5 has 1 convolutions and 1 batch normalizations, InceptionV3 has 94 of each; this is"
                                + " another network's file");
    }

    /** Layers with weights, in the order of the file, and their modules. */
    private static Map<String, String> table(String name) throws IOException {
        Map<String, String> table = new LinkedHashMap<>();
        for (String line :
                Files.readAllLines(TABLES.resolve(name)).stream().skip(1).toList()) {
            String[] fields = line.split("\t", -1);
            if (fields[2].equals("conv") || fields[2].equals("bn")) {
                table.put(fields[1], fields[6]);
            }
        }
        return table;
    }

    /** In the order of their making, which the numbers of the table give. */
    private static List<String> modules(Map<String, String> table) {
        List<String> modules = new ArrayList<>();
        for (int number = 1; table.containsKey("conv2d_" + number); number++) {
            modules.add(table.get("conv2d_" + number).replaceFirst("\\.conv$", ""));
        }
        return modules;
    }
}
