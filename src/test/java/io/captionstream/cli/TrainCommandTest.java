package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.ModelBundle;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
