package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.InitialWeights;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    @TempDir
    Path folder;

    @Test
    void shouldTrainABundleThatServes() throws Exception {
        new SceneFolder(folder.resolve("scenes")).write(new SceneGenerator(1), 60, count -> {});
        Path bundle = folder.resolve("models/demo");

        assertThat(train("inceptionv3-glove", bundle, "--seed", "5")).isZero();

        ModelBundle opened = ModelBundle.open(bundle);
        assertThat(opened.manifest().name()).isEqualTo("inceptionv3-glove");
        assertThat(opened.manifest().metrics()).containsKeys("exactMatch", "testImages");
        assertThat(opened.manifest().lineage().get("hyperparameters")).contains("seed=5");
        assertThat(opened.vocabulary().words()).contains("circle");

        // The run is over, so the same command only makes the bundle again.
        Path again = folder.resolve("models/again");
        assertThat(train(
                        "inceptionv3-glove",
                        again,
                        "--seed",
                        "5",
                        "--checkpoints",
                        folder.resolve("models/demo.checkpoints").toString()))
                .isZero();
        assertThat(ModelBundle.open(again).digest()).isEqualTo(opened.digest());
    }

    @Test
    void shouldNotOverwriteABundle() throws Exception {
        Path bundle = Files.createDirectory(folder.resolve("bundle"));

        assertThat(train("resnet50-lstm", bundle)).isEqualTo(1);
    }

    @Test
    void shouldRefuseAnUnknownModel() throws Exception {
        new SceneFolder(folder.resolve("scenes")).write(new SceneGenerator(1), 2, count -> {});

        assertThat(train("resnet51", folder.resolve("bundle"))).isEqualTo(1);
    }

    @Test
    void shouldTrainTheDecoderThenAllFromABundle() throws Exception {
        new SceneFolder(folder.resolve("scenes")).write(new SceneGenerator(1), 60, count -> {});
        Path base = folder.resolve("models/base");
        assertThat(train("inceptionv3-glove", base)).isZero();
        Path bundle = folder.resolve("models/staged");

        assertThat(train(
                        "inceptionv3-glove",
                        bundle,
                        "--from",
                        base.toString(),
                        "--freeze-encoder",
                        "--fine-tune-epochs",
                        "1",
                        "--fine-tune-lr",
                        "0.0001",
                        "--label-smoothing",
                        "0.1"))
                .isZero();

        Map<String, String> lineage = ModelBundle.open(bundle).manifest().lineage();
        assertThat(lineage.get("startDigest"))
                .isEqualTo(Safetensors.read(ModelBundle.open(base).weights()).digest());
        assertThat(lineage.get("hyperparameters")).contains("trainEncoder=false");
        assertThat(lineage.get("hyperparameters.stage-2")).contains("trainEncoder=true");
        assertThat(folder.resolve("models/staged.curves.png")).exists();
        assertThat(folder.resolve("models/staged.curves.json")).content().contains("\"epoch\" : 2");
    }

    @Test
    void shouldStartFromAPublishedEncoder() throws Exception {
        new SceneFolder(folder.resolve("scenes")).write(new SceneGenerator(1), 60, count -> {});
        NetworkConfig network = NetworkConfig.demo(Architecture.RESNET50_LSTM, 10)
                .withEncoder(EncoderVariant.KERAS, Preprocessing.CAFFE);
        Weights encoder = InitialWeights.of(network, 3).only(name -> name.startsWith("encoder."));
        Path file = folder.resolve("encoder.safetensors");
        Safetensors.write(file, encoder, Map.of());
        Path bundle = folder.resolve("models/published");

        assertThat(train("resnet50-lstm", bundle, "--encoder", file.toString(), "--freeze-encoder"))
                .isZero();

        ModelBundle opened = ModelBundle.open(bundle);
        assertThat(opened.manifest().network().variant()).isEqualTo(EncoderVariant.KERAS);
        assertThat(opened.manifest().network().preprocessing()).isEqualTo(Preprocessing.CAFFE);
        assertThat(Safetensors.read(opened.weights()).only(name -> name.startsWith("encoder.")))
                .isEqualTo(encoder);
    }

    @Test
    void shouldRefuseOptionsThatContradictEachOther() throws Exception {
        new SceneFolder(folder.resolve("scenes")).write(new SceneGenerator(1), 2, count -> {});

        assertThat(train("resnet50-lstm", folder.resolve("bundle"), "--fine-tune-epochs", "1"))
                .isEqualTo(2);
        assertThat(train("resnet50-lstm", folder.resolve("bundle"), "--encoder", "a", "--from", "b"))
                .isEqualTo(2);
    }

    private int train(String model, Path bundle, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--data",
                folder.resolve("scenes").resolve(SceneFolder.CAPTIONS_FILE).toString(),
                "--model",
                model,
                "--preset",
                "demo",
                "--epochs",
                "1",
                "--batch-size",
                "16",
                "--out",
                bundle.toString()));
        arguments.addAll(List.of(options));
        return CaptionstreamCommand.run(arguments.toArray(String[]::new));
    }
}
