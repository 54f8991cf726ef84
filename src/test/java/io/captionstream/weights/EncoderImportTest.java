package io.captionstream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.Layout;
import io.captionstream.network.MalformedWeightsException;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.Safetensors;
import io.captionstream.network.TensorShapes;
import io.captionstream.network.TinyNetworks;
import io.captionstream.network.Weights;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small encoders in every layout they are published in. That of the full size is in EncoderParityTest. */
class EncoderImportTest {
    private static final String PREFIX = "encoder.";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"'', F32", "'', F64", "module., F32", "encoder., BF16", "model.backbone., F32"})
    void shouldReadTorchvisionsResNet50(String prefix, String type) throws IOException {
        NetworkConfig config = resnet(EncoderVariant.TORCHVISION);
        Weights encoder = encoder(config, type.equals("BF16"));
        Path file = new TorchFiles()
                .put(renamed(encoder, prefix), type)
                .put(prefix + "fc.weight", "F32", new long[] {1, 2}, 1, 2)
                .put(prefix + "bn1.num_batches_tracked", "I64", new long[] {}, 7)
                .write(folder.resolve("resnet50.safetensors"));

        ImportedEncoder read = read(config, file);

        assertThat(read.weights()).isEqualTo(encoder);
        assertThat(read.variant()).isEqualTo(EncoderVariant.TORCHVISION);
        assertThat(read.preprocessing()).isEqualTo(Preprocessing.IMAGENET);
        assertThat(read.notes())
                .containsExactly(
                        "Left out the classifier (fc): 1 tensors.", "Left out counters of batches: 1 tensors.");
    }

    @ParameterizedTest
    @EnumSource(EncoderVariant.class)
    void shouldTellTheVariantOfInceptionV3ByItsTensors(EncoderVariant variant) throws IOException {
        NetworkConfig config = inception(variant);
        Weights encoder = encoder(config, false);
        Path file = new TorchFiles()
                .put(renamed(encoder, ""), "F32")
                .put("AuxLogits.fc.bias", "F32", new long[] {1}, 1)
                .write(folder.resolve("inception_v3.safetensors"));

        ImportedEncoder read = read(config, file);

        assertThat(read.weights()).isEqualTo(encoder);
        assertThat(read.variant()).isEqualTo(variant);
        assertThat(read.preprocessing()).isEqualTo(Preprocessing.PLUS_MINUS_ONE);
        assertThat(read.notes()).containsExactly("Left out the auxiliary classifier (AuxLogits): 1 tensors.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras1", "keras2", "model", "nested"})
    void shouldReadKerasResNet50(String layout) throws IOException {
        NetworkConfig config = resnet(EncoderVariant.KERAS);
        Weights encoder = encoder(config, false);
        Map<String, KerasFiles.Weight> weights = keras(config, encoder);
        weights.put("predictions/kernel:0", new KerasFiles.Weight(new long[] {1, 2}, new float[2]));
        Path file = folder.resolve("resnet50.h5");
        switch (layout) {
            case "keras1" -> KerasFiles.writeKeras1(file, weights);
            case "keras2" -> KerasFiles.write(file, weights);
            case "model" -> KerasFiles.writeModel(file, weights);
            default -> KerasFiles.writeNested(file, "resnet50", weights);
        }

        ImportedEncoder read = read(config, file);

        assertThat(read.weights()).isEqualTo(encoder);
        assertThat(read.variant()).isEqualTo(EncoderVariant.KERAS);
        assertThat(read.preprocessing()).isEqualTo(Preprocessing.CAFFE);
        assertThat(read.notes()).containsExactly("Left out the classifier: 1 tensors.");
    }

    @Test
    void shouldKeepTheOldEpsilonOfOldResNet50Files() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.KERAS);
        Weights encoder = encoder(config, false);
        Map<String, KerasFiles.Weight> old = new LinkedHashMap<>();
        keras(config, encoder).forEach((name, weight) -> old.put(oldName(name), weight));
        Path file = folder.resolve("resnet50.h5");
        KerasFiles.write(file, old);

        Weights read = read(config, file).weights();

        for (String name : encoder.names()) {
            double excess = name.endsWith("running_var") ? 1e-3 - 1.001e-5 : 0;
            for (int i = 0; i < encoder.values(name).remaining(); i++) {
                assertThat(read.values(name).get(i)).as(name).isEqualTo((float)
                        (encoder.values(name).get(i) + excess));
            }
        }
    }

    @Test
    void shouldSetWhatKerasLeavesOut() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.KERAS);
        Map<String, KerasFiles.Weight> weights = keras(config, encoder(config, false));
        weights.keySet().removeIf(name -> name.endsWith("gamma:0") || name.endsWith("/bias:0"));
        Path file = folder.resolve("resnet50.h5");
        KerasFiles.write(file, weights);

        ImportedEncoder read = read(config, file);

        assertThat(read.weights().values("encoder.layer1.0.bn1.weight").get(0)).isEqualTo(1);
        assertThat(read.weights().values("encoder.layer1.0.conv1.bias").get(0)).isZero();
        assertThat(read.notes())
                .containsExactly("The file has no convolution bias, which is 0.", "The file has no gamma, which is 1.");
    }

    @Test
    void shouldReadKerasInceptionV3WhateverItsNumbers() throws IOException {
        NetworkConfig config = inception(EncoderVariant.KERAS);
        Weights encoder = encoder(config, false);
        Map<String, KerasFiles.Weight> shuffled = shuffled(keras(config, encoder));
        Path file = folder.resolve("inception_v3.h5");
        KerasFiles.write(file, shuffled);

        ImportedEncoder read = read(config, file);

        assertThat(read.weights()).isEqualTo(encoder);
        assertThat(read.preprocessing()).isEqualTo(Preprocessing.PLUS_MINUS_ONE);
    }

    @Test
    void shouldRefuseTheOtherVariant() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.TORCHVISION);
        Path file = write(encoder(config, false));

        assertThatThrownBy(() -> new EncoderImport(config.architecture(), config.encoderWidth())
                        .read(file, EncoderVariant.KERAS))
                .hasMessageContaining("variant TORCHVISION, not KERAS");
    }

    @Test
    void shouldRefuseTheOtherNetwork() throws IOException {
        NetworkConfig inception = inception(EncoderVariant.TORCHVISION);
        Path safetensors = write(encoder(inception, false));
        NetworkConfig resnet = resnet(EncoderVariant.KERAS);
        Path hdf5 = folder.resolve("resnet50.h5");
        KerasFiles.write(hdf5, keras(resnet, encoder(resnet, false)));

        assertRefused(resnet, safetensors, "not the encoder of resnet50-lstm");
        assertRefused(inception, hdf5, "InceptionV3 has 94 of each");
    }

    @Test
    void shouldRefuseHdf5OfAnotherNetwork() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.KERAS);
        Map<String, KerasFiles.Weight> weights = keras(config, encoder(config, false));
        weights.put("conv6_block1_1_conv/kernel:0", new KerasFiles.Weight(new long[] {1, 1}, new float[1]));
        Path file = folder.resolve("resnet101.h5");
        KerasFiles.write(file, weights);

        assertRefused(config, file, "no tensors [conv6_block1_1_conv/kernel:0]; this is another network's file");
    }

    @Test
    void shouldNameShapesOfKerasTensorsAsTheFileHasThem() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.KERAS);
        Map<String, KerasFiles.Weight> weights = keras(config, encoder(config, false));
        Path file = folder.resolve("wrong.h5");
        weights.put("conv1_conv/kernel:0", new KerasFiles.Weight(new long[] {8, 3, 7, 7}, new float[8 * 3 * 49]));
        KerasFiles.write(file, weights);
        assertRefused(config, file, "'conv1_conv/kernel:0' has the shape [8, 3, 7, 7], outputs first");

        weights.put("conv1_conv/kernel:0", new KerasFiles.Weight(new long[] {7, 7, 3, 9}, new float[9 * 3 * 49]));
        Files.delete(file);
        KerasFiles.write(file, weights);
        assertRefused(config, file, "'conv1_conv/kernel:0' has the shape [7, 7, 3, 9], the network wants [7, 7, 3, 8]");
    }

    @Test
    void shouldRefuseKerasNumbersThatAreNotFinite() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.KERAS);
        Map<String, KerasFiles.Weight> weights = keras(config, encoder(config, false));
        weights.get("conv1_bn/beta:0").values()[2] = Float.POSITIVE_INFINITY;
        Path file = folder.resolve("infinite.h5");
        KerasFiles.write(file, weights);

        assertRefused(config, file, "tensor 'conv1_bn/beta:0' has Infinity at position 2");
    }

    @Test
    void shouldRefuseDamagedTensorsByName() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.TORCHVISION);
        Weights encoder = encoder(config, false);
        String name = "encoder.layer2.0.conv2.weight";
        long[] shape = encoder.shape(name);
        float[] values = new float[encoder.values(name).remaining()];

        values[5] = Float.NaN;
        assertRefused(
                config,
                write(encoder.with(Weights.builder().put(name, shape, values).build())),
                "tensor 'layer2.0.conv2.weight' has NaN at position 5");
        assertRefused(
                config,
                write(encoder.with(Weights.builder()
                        .put(name, new long[] {1}, new float[1])
                        .build())),
                "tensor 'layer2.0.conv2.weight' has the shape [1], the network wants");
        assertRefused(
                config,
                write(encoder.only(other -> !other.equals(name))),
                "tensor 'layer2.0.conv2.weight' of shape [8, 8, 3, 3] is missing");
        assertRefused(
                config,
                write(encoder.with(Weights.builder()
                        .put("encoder.layer5.0.conv1.weight", new long[] {1}, new float[1])
                        .build())),
                "no tensors [layer5.0.conv1.weight]");
        assertRefused(
                config,
                write(encoder.with(Weights.builder()
                        .put("encoder.bn1.running_var", new long[] {8}, new float[] {0, 0, -1, 0, 0, 0, 0, 0})
                        .build())),
                "tensor 'bn1.running_var' is a variance and has -1.0 at position 2");
    }

    @Test
    void shouldRefuseIntegers() throws IOException {
        NetworkConfig config = resnet(EncoderVariant.TORCHVISION);
        Weights encoder = renamed(encoder(config, false), "");
        Path file = new TorchFiles()
                .put(encoder.only(name -> !name.equals("bn1.bias")), "F32")
                .put("bn1.bias", "I64", new long[] {8}, new float[8])
                .write(folder.resolve("integers.safetensors"));

        assertRefused(config, file, "tensor 'bn1.bias' is of type I64");
    }

    @Test
    void shouldRefuseAHeaderOfTwoGigabytes() throws IOException {
        Path file = folder.resolve("huge.safetensors");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.write(new byte[] {0, 0, 0, (byte) 0x80, 0, 0, 0, 0, '{'});
            sparse.setLength(3L << 30);
        }

        assertRefused(resnet(EncoderVariant.TORCHVISION), file, "header length 2147483648 does not fit");
    }

    @ParameterizedTest
    @CsvSource({
        "'the weights are elsewhere', is text",
        "'<html><body>404</body></html>', is text",
        "'PK\u0003\u0004 and more', is an archive or a pickle",
        "'', too short",
    })
    void shouldSayWhatAForeignFileIs(String content, String reason) throws IOException {
        Path file = Files.writeString(folder.resolve("foreign"), content);

        assertRefused(resnet(EncoderVariant.TORCHVISION), file, reason);
    }

    private static void assertRefused(NetworkConfig config, Path file, String reason) {
        assertThatThrownBy(() -> read(config, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    private static ImportedEncoder read(NetworkConfig config, Path file) throws IOException {
        return new EncoderImport(config.architecture(), config.encoderWidth()).read(file, null);
    }

    private Path write(Weights encoder) throws IOException {
        Path file = folder.resolve("encoder.safetensors");
        Safetensors.write(file, renamed(encoder, ""), Map.of());
        return file;
    }

    private static NetworkConfig resnet(EncoderVariant variant) {
        return TinyNetworks.config(Architecture.RESNET50_LSTM, 32, variant, Preprocessing.IMAGENET);
    }

    private static NetworkConfig inception(EncoderVariant variant) {
        return TinyNetworks.config(Architecture.INCEPTIONV3_GLOVE, 75, variant, Preprocessing.PLUS_MINUS_ONE);
    }

    /** Random weights, all different and none negative; rounded if they must survive 16 bits. */
    private static Weights encoder(NetworkConfig config, boolean rounded) {
        Random random = new Random(1);
        Weights.Builder weights = Weights.builder();
        TensorShapes.encoder(config).forEach((name, shape) -> {
            float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
            for (int i = 0; i < values.length; i++) {
                float value = random.nextFloat();
                values[i] = rounded ? Float.intBitsToFloat(Float.floatToIntBits(value) & 0xffff0000) : value;
            }
            weights.put(name, shape, values);
        });
        return weights.build();
    }

    private static Weights renamed(Weights encoder, String prefix) {
        Weights.Builder renamed = Weights.builder();
        for (String name : encoder.names()) {
            float[] values = new float[encoder.values(name).remaining()];
            encoder.values(name).get(values);
            renamed.put(prefix + name.substring(PREFIX.length()), encoder.shape(name), values);
        }
        return renamed.build();
    }

    /** The weights under the names and in the layout of keras-applications. */
    private static Map<String, KerasFiles.Weight> keras(NetworkConfig config, Weights encoder) {
        List<String> modules = new ArrayList<>();
        Map<String, KerasFiles.Weight> keras = new LinkedHashMap<>();
        TensorShapes.encoder(config).forEach((name, shape) -> {
            float[] values = new float[encoder.values(name).remaining()];
            encoder.values(name).get(values);
            String module = name.substring(PREFIX.length(), name.lastIndexOf('.'));
            boolean convolution = shape.length == 4;
            if (convolution && module.endsWith(".conv")) {
                modules.add(module.substring(0, module.length() - ".conv".length()));
            }
            boolean normalization = encoder.contains(name.substring(0, name.lastIndexOf('.')) + ".running_var");
            keras.put(
                    layer(module, modules) + "/" + leaf(name.substring(name.lastIndexOf('.') + 1), normalization)
                            + ":0",
                    convolution
                            ? new KerasFiles.Weight(
                                    Layout.CONVOLUTION.graphShape(shape), Layout.CONVOLUTION.toGraph(values, shape))
                            : new KerasFiles.Weight(shape, values));
        });
        return keras;
    }

    private static String layer(String module, List<String> modules) {
        if (module.equals("conv1")) {
            return "conv1_conv";
        }
        if (module.equals("bn1")) {
            return "conv1_bn";
        }
        if (module.startsWith("layer")) {
            String[] parts = module.split("\\.", -1);
            String block = "conv" + (Integer.parseInt(parts[0].substring(5)) + 1) + "_block"
                    + (Integer.parseInt(parts[1]) + 1) + "_";
            return switch (parts[2]) {
                case "downsample" -> block + "0_" + (parts[3].equals("0") ? "conv" : "bn");
                default -> block + parts[2].charAt(parts[2].length() - 1) + "_" + parts[2].replaceAll("\\d", "");
            };
        }
        int dot = module.lastIndexOf('.');
        int number = modules.indexOf(module.substring(0, dot)) + 1;
        return (module.endsWith(".conv") ? "conv2d_" : "batch_normalization_") + number;
    }

    private static String leaf(String leaf, boolean normalization) {
        return switch (leaf) {
            case "weight" -> normalization ? "gamma" : "kernel";
            case "bias" -> normalization ? "beta" : "bias";
            case "running_mean" -> "moving_mean";
            default -> "moving_variance";
        };
    }

    /** {@code conv2_block1_0_conv} was {@code res2a_branch1} once. */
    private static String oldName(String name) {
        if (name.startsWith("conv1_")) {
            return name.replace("conv1_conv/", "conv1/").replace("conv1_bn/", "bn_conv1/");
        }
        String[] parts = name.substring(0, name.indexOf('/')).split("_", -1);
        String branch = parts[2].equals("0") ? "1" : "2" + (char) ('a' + parts[2].charAt(0) - '1');
        return (parts[3].equals("conv") ? "res" : "bn") + parts[0].charAt(4) + (char) ('a' + parts[1].charAt(5) - '1')
                + "_branch" + branch + name.substring(name.indexOf('/'));
    }

    /** Layers in another order and numbered from 95 on, as a process's second network has them. */
    private static Map<String, KerasFiles.Weight> shuffled(Map<String, KerasFiles.Weight> weights) {
        List<String> names = new ArrayList<>(weights.keySet());
        Collections.reverse(names);
        Map<String, KerasFiles.Weight> shuffled = new LinkedHashMap<>();
        for (String name : names) {
            int underscore = name.lastIndexOf('_', name.indexOf('/'));
            int number = Integer.parseInt(name.substring(underscore + 1, name.indexOf('/')));
            shuffled.put(
                    name.substring(0, underscore + 1) + (number + 94) + name.substring(name.indexOf('/')),
                    weights.get(name));
        }
        return shuffled;
    }
}
