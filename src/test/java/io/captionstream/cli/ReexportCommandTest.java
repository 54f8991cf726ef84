package io.captionstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.BundleWriter;
import io.captionstream.model.Bundles;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.GraphSignature;
import io.captionstream.network.TinyNetworks;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReexportCommandTest {
    @TempDir
    Path folder;

    private ModelBundle old;

    @BeforeEach
    void write() throws Exception {
        old = Bundles.withSearchOnly(
                BundleWriter.write(folder.resolve("old"), Bundles.contents(TinyNetworks.resnet())));
    }

    @Test
    void shouldGiveABundleTheGraphOfToday() throws Exception {
        Path out = folder.resolve("new");

        assertThat(CaptionstreamCommand.run("reexport", old.directory().toString(), "--out", out.toString()))
                .isZero();

        ModelBundle written = ModelBundle.open(out);
        assertThat(old.signatures()).containsExactly(GraphSignature.SEARCH);
        assertThat(written.signatures()).containsExactly(GraphSignature.values());
        assertThat(written.digest()).isNotEqualTo(old.digest());
        assertThat(Files.mismatch(written.weights(), old.weights())).isEqualTo(-1);
        assertThat(written.manifest().name()).isEqualTo(old.manifest().name());
        assertThat(written.manifest().version()).isEqualTo(old.manifest().version());
        assertThat(written.manifest().metrics()).isEqualTo(old.manifest().metrics());
        assertThat(written.manifest().lineage()).isEqualTo(old.manifest().lineage());
    }

    @Test
    void shouldMeasureWithTheImagesThatWereNotTrainedOn() throws Exception {
        Path data = folder.resolve("scenes");
        new SceneFolder(data).write(new SceneGenerator(1), 60, count -> {});
        Path out = folder.resolve("new");

        assertThat(CaptionstreamCommand.run(
                        "reexport",
                        old.directory().toString(),
                        "--out",
                        out.toString(),
                        "--data",
                        data.resolve(SceneFolder.CAPTIONS_FILE).toString()))
                .isZero();

        // 8 of 100 images.
        assertThat(ModelBundle.open(out).manifest().metrics().get("testImages")).isBetween(1.0, 10.0);
    }

    @Test
    void shouldNotOverwriteABundle() {
        assertThat(CaptionstreamCommand.run(
                        "reexport",
                        old.directory().toString(),
                        "--out",
                        old.directory().toString()))
                .isEqualTo(1);
    }

    @Test
    void shouldSayThatThereIsNoBundle() {
        assertThat(CaptionstreamCommand.run(
                        "reexport",
                        folder.resolve("nowhere").toString(),
                        "--out",
                        folder.resolve("new").toString()))
                .isEqualTo(1);
        assertThat(folder.resolve("new")).doesNotExist();
    }
}
