package io.captionstream.cli;

import static io.captionstream.model.BundleManifest.VOCABULARY;
import static io.captionstream.model.BundleManifest.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import io.captionstream.weights.EncoderImport;
import io.captionstream.weights.ImportedEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportWeightsCommandTest {
    private static final Path MODELS = Path.of("src/demo/models");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"resnet50-lstm", "inceptionv3-glove"})
    void shouldMakeTheSameBundleOfWhatWasExported(String model) throws BundleException {
        ModelBundle original = ModelBundle.open(MODELS.resolve(model));
        Path all = export(model, "all");
        Path encoder = export(model, "encoder");
        Path decoder = export(model, "decoder");

        assertThat(importBundle(original, all, all, "whole")).isZero();
        assertThat(importBundle(original, encoder, decoder, "parts")).isZero();

        for (String name : List.of("whole", "parts")) {
            BundleManifest manifest = ModelBundle.open(folder.resolve(name)).manifest();
            // The graph is that of this version, which may know more signatures than the original's.
            assertThat(manifest.files())
                    .containsEntry(WEIGHTS, original.manifest().files().get(WEIGHTS))
                    .containsEntry(VOCABULARY, original.manifest().files().get(VOCABULARY));
            assertThat(manifest.network()).isEqualTo(original.manifest().network());
            assertThat(manifest.lineage()).containsOnlyKeys("encoderSource", "encoderDigest", "decoderDigest");
        }
    }

    @Test
    void shouldMakeEncoderWeightsThatCanBeReadAgain() throws IOException {
        Path encoder = export("resnet50-lstm", "encoder");
        Path out = folder.resolve("start.safetensors");

        int code = CaptionstreamCommand.run(
                "import-weights",
                "--model=resnet50-lstm",
                "--encoder=" + encoder,
                "--encoder-width=0.125",
                "--out=" + out);

        assertThat(code).isZero();
        ImportedEncoder read = new EncoderImport(Architecture.RESNET50_LSTM, 0.125).read(out, null);
        assertThat(read.weights()).isEqualTo(Safetensors.read(out));
        assertThat(read.weights().names()).allMatch(name -> name.startsWith("encoder."));
    }

    @Test
    void shouldLeaveNothingBehindWhenItRefuses() throws IOException {
        Path encoder = export("resnet50-lstm", "encoder");
        Path decoder = export("resnet50-lstm", "decoder");
        Weights wrong = Safetensors.read(decoder)
                .with(Weights.builder()
                        .put("out.bias", new long[] {3}, new float[3])
                        .build());
        Safetensors.write(decoder, wrong, Map.of());
        List<Path> before = files();

        assertThat(importBundle(open("resnet50-lstm"), encoder, decoder, "bundle"))
                .isEqualTo(1);
        assertThat(importBundle(open("resnet50-lstm"), decoder, decoder, "bundle"))
                .isEqualTo(1);
        assertThat(importBundle(open("resnet50-lstm"), encoder, folder.resolve("none"), "bundle"))
                .isEqualTo(1);

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void shouldOverwriteNothing() throws IOException {
        Path encoder = export("resnet50-lstm", "encoder");
        byte[] before = Files.readAllBytes(encoder);

        assertThat(run("export-weights", MODELS.resolve("resnet50-lstm").toString(), "--out", encoder.toString()))
                .isEqualTo(1);
        assertThat(run("import-weights", "--model=resnet50-lstm", "--encoder=" + encoder, "--out=" + encoder))
                .isEqualTo(1);

        assertThat(Files.readAllBytes(encoder)).isEqualTo(before);
    }

    @Test
    void shouldRefuseWrongUsage() {
        assertThat(run("import-weights", "--model=resnet50-lstm", "--encoder=e", "--out=o", "--decoder=d"))
                .isEqualTo(2);
        assertThat(run("import-weights", "--model=resnet50-lstm", "--encoder=e", "--out=o", "--variant=caffe"))
                .isEqualTo(2);
        assertThat(run("export-weights", "--out=o")).isEqualTo(2);
    }

    private Path export(String model, String part) {
        Path file = folder.resolve(part + ".safetensors");
        assertThat(run("export-weights", MODELS.resolve(model).toString(), "--part=" + part, "--out=" + file))
                .isZero();
        return file;
    }

    private int importBundle(ModelBundle original, Path encoder, Path decoder, String name) {
        NetworkConfig network = original.manifest().network();
        return run(
                "import-weights",
                "--model=" + network.architecture().modelName(),
                "--encoder=" + encoder,
                "--decoder=" + decoder,
                "--vocabulary=" + original.directory().resolve(VOCABULARY),
                "--image-size=" + network.imageSize(),
                "--encoder-width=" + network.encoderWidth(),
                "--preprocessing=" + network.preprocessing(),
                "--out=" + folder.resolve(name));
    }

    private static ModelBundle open(String model) {
        try {
            return ModelBundle.open(MODELS.resolve(model));
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return new ArrayList<>(files.sorted().toList());
        }
    }

    private static int run(String... args) {
        return CaptionstreamCommand.run(args);
    }
}
