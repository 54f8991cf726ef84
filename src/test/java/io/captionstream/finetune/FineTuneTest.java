package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Lists;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.ShapeKind;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.MalformedDatasetException;
import io.captionstream.training.MismatchedCheckpointException;
import io.captionstream.training.TrainingListener;
import io.captionstream.training.TrainingResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FineTuneTest {
    private static final int SCENES = 100;
    private static final int STEPS = 15;
    private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
    private static final FineTuneConfig CONFIG =
            FineTuneConfig.defaults().withSchedule(3, 0.003).withBatches(32, 2).withTrainEncoder(true);

    private Path folder;
    private List<CaptionedImage> old;
    private List<CaptionedImage> fresh;
    private ModelBundle champion;
    private ModelBundle undisturbed;

    @BeforeAll
    void train(@TempDir Path folder) throws Exception {
        this.folder = folder;
        old = SceneImages.write(folder.resolve("old"), new SceneGenerator(1), SCENES);
        fresh = SceneImages.write(folder.resolve("fresh"), new SceneGenerator(2).with(ShapeKind.RING), SCENES);
        champion = fineTune(CONFIG.withSchedule(1, 0.003).withMinimumWordCount(1), "champion")
                .fromScratch(
                        network(),
                        new LearningData(old, List.of()),
                        "1",
                        CREATED,
                        Map.of(),
                        folder.resolve("champion"),
                        TrainingListener.NONE,
                        () -> false)
                .orElseThrow();
        undisturbed = run(CONFIG, "undisturbed", () -> false).orElseThrow();
    }

    @Test
    void shouldLearnNewWordsAndKeepTheRestOfTheChampion() {
        assertThat(champion.vocabulary().words()).doesNotContain("ring");
        assertThat(undisturbed.vocabulary().words())
                .startsWith(champion.vocabulary().words().toArray(String[]::new))
                .endsWith("ring")
                .hasSize(champion.vocabulary().size() + 1);
        assertThat(undisturbed.manifest().name()).isEqualTo("resnet50-lstm");
        assertThat(undisturbed.manifest().version()).isEqualTo("2");
        assertThat(undisturbed.manifest().createdAt()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(undisturbed.manifest().decoding())
                .isEqualTo(champion.manifest().decoding());
        assertThat(undisturbed.manifest().resize())
                .isEqualTo(champion.manifest().resize());
    }

    @Test
    void shouldSayWhatItWasMadeOf() {
        Map<String, String> lineage = undisturbed.manifest().lineage();

        assertThat(lineage)
                .containsEntry("trigger", "test")
                .containsEntry("championDigest", champion.digest())
                .containsEntry("newWords", "ring")
                .containsEntry("fineTune.epochs", "3")
                .containsKeys("freshDigest", "replayedDigest", "heldOutDigest", "pairsDigest", "startDigest");
        assertThat(FineTuneConfig.fromMap(lineage)).isEqualTo(CONFIG);
        assertThat(lineage.get("replayedImages")).isNotEqualTo("0");
    }

    @Test
    void shouldMakeTheSameBundleOfTheSameDataInAnyOrder() throws Exception {
        ModelBundle again = fineTune(CONFIG, "again")
                .run(
                        champion,
                        new LearningData(Lists.reverse(fresh), Lists.reverse(old)),
                        "2",
                        CREATED.plusSeconds(7),
                        Map.of("trigger", "test"),
                        folder.resolve("again"),
                        TrainingListener.NONE,
                        () -> false)
                .orElseThrow();

        assertThat(again.digest()).isEqualTo(undisturbed.digest());
    }

    @Test
    void shouldMakeAnotherBundleOfAnotherSeed() throws Exception {
        ModelBundle other = run(CONFIG.withSeed(2), "seed", () -> false).orElseThrow();

        assertThat(weights(other)).isNotEqualTo(weights(undisturbed));
        assertThat(other.manifest().lineage().get("replayedDigest"))
                .isNotEqualTo(undisturbed.manifest().lineage().get("replayedDigest"));
    }

    @Test
    void shouldGoOnWhereItWasStopped() throws Exception {
        Random random = new Random(4);
        Steps steps = new Steps();
        Optional<ModelBundle> bundle = Optional.empty();
        int stops = 0;
        while (bundle.isEmpty()) {
            int until = steps.count + 1 + random.nextInt(4);
            bundle = run(CONFIG, "stopped", steps, () -> steps.count == until);
            stops++;
            assertThat(Files.exists(folder.resolve("stopped"))).isEqualTo(bundle.isPresent());
        }

        assertThat(stops).isGreaterThan(2);
        assertThat(bundle.get().digest()).isEqualTo(undisturbed.digest());
    }

    @Test
    void shouldGoOnAfterItWasKilled() throws Exception {
        // What a kill leaves: the checkpoints as they are at some step, and whatever was being written then.
        int kill = 1 + new Random(5).nextInt(STEPS - 1);
        Path left = folder.resolve("killed.checkpoints");
        Path running = folder.resolve("running.checkpoints");
        run(
                CONFIG,
                "running",
                new TrainingListener() {
                    @Override
                    public void onStep(long step, float loss) {
                        if (step == kill) {
                            copy(running, left);
                        }
                    }
                },
                () -> false);
        Files.writeString(Files.createDirectories(left.resolve("incomplete-7")).resolve("weights.safetensors"), "cut");

        assertThat(run(CONFIG, "killed", () -> false).orElseThrow().digest()).isEqualTo(undisturbed.digest());
    }

    @Test
    void shouldOpenWhatItWroteBeforeItWasKilled() throws Exception {
        assertThat(run(CONFIG, "undisturbed", () -> false).orElseThrow().digest())
                .isEqualTo(undisturbed.digest());
        assertThatThrownBy(() -> run(CONFIG.withSeed(3), "undisturbed", () -> false))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("of another run");
    }

    @Test
    void shouldNotGoOnFromTheCheckpointOfAnotherRun() throws Exception {
        Steps steps = new Steps();
        assertThat(run(CONFIG, "mixed", steps, () -> steps.count == 1)).isEmpty();

        assertThatThrownBy(() -> run(CONFIG.withSeed(9), "mixed", () -> false))
                .isInstanceOf(MismatchedCheckpointException.class);
    }

    @Test
    void shouldLeaveAFrozenEncoderAsItIs() throws Exception {
        FineTuneConfig frozen =
                CONFIG.withTrainEncoder(false).withReplay(false, 1).withSchedule(1, 0.003);

        ModelBundle bundle = run(frozen, "frozen", () -> false).orElseThrow();

        assertThat(weights(bundle).encoder()).isEqualTo(weights(champion).encoder());
        assertThat(weights(bundle).decoder()).isNotEqualTo(weights(champion).decoder());
        assertThat(bundle.manifest().lineage()).containsEntry("replayedImages", "0");
    }

    @Test
    void shouldStartNewWordsFromTheirVectors() throws Exception {
        float[] vector = {1, 2, 3, 4, 5, 6, 7, 8};
        TrainingResources resources = new TrainingResources(Long.MAX_VALUE, 1, folder.resolve("features"));
        FineTuneConfig slow = CONFIG.withSchedule(1, 1e-9).withTrainEncoder(false);

        ModelBundle bundle = new FineTune(
                        slow, folder.resolve("vectors.checkpoints"), resources, Map.of("ring", vector))
                .run(
                        champion,
                        new LearningData(fresh, old),
                        "2",
                        CREATED,
                        Map.of(),
                        folder.resolve("vectors"),
                        TrainingListener.NONE,
                        () -> false)
                .orElseThrow();

        float[] embedding = new float[vector.length];
        weights(bundle)
                .values("decoder.emb.weight")
                .position((bundle.vocabulary().size() - 1) * vector.length)
                .get(embedding);
        assertThat(embedding).usingComparatorWithPrecision(0.001f).containsExactly(vector);
    }

    @Test
    void shouldRefuseToLearnFromNothing() {
        assertThatThrownBy(() -> fineTune(CONFIG, "nothing")
                        .run(
                                champion,
                                new LearningData(List.of(), old),
                                "2",
                                CREATED,
                                Map.of(),
                                folder.resolve("nothing"),
                                TrainingListener.NONE,
                                () -> false))
                .isInstanceOf(MalformedDatasetException.class);
        assertThat(folder.resolve("nothing")).doesNotExist();
    }

    private Optional<ModelBundle> run(FineTuneConfig config, String name, BooleanSupplier stop) throws Exception {
        return run(config, name, TrainingListener.NONE, stop);
    }

    private Optional<ModelBundle> run(
            FineTuneConfig config, String name, TrainingListener listener, BooleanSupplier stop) throws Exception {
        return fineTune(config, name)
                .run(
                        champion,
                        new LearningData(fresh, old),
                        "2",
                        CREATED,
                        Map.of("trigger", "test"),
                        folder.resolve(name),
                        listener,
                        stop);
    }

    private FineTune fineTune(FineTuneConfig config, String name) {
        TrainingResources resources = new TrainingResources(Long.MAX_VALUE, 2, folder.resolve("features"));
        return new FineTune(config, folder.resolve(name + ".checkpoints"), resources);
    }

    private static Weights weights(ModelBundle bundle) throws IOException {
        return Safetensors.read(bundle.weights());
    }

    private static NetworkConfig network() {
        return new NetworkConfig(
                Architecture.RESNET50_LSTM, 32, 0.02, 8, 12, 5, 20, EncoderVariant.TORCHVISION, Preprocessing.IMAGENET);
    }

    private static void copy(Path from, Path to) {
        if (!Files.exists(from)) {
            return;
        }
        try (Stream<Path> files = Files.walk(from)) {
            if (Files.exists(to)) {
                MoreFiles.deleteRecursively(to, RecursiveDeleteOption.ALLOW_INSECURE);
            }
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Steps implements TrainingListener {
        private int count;

        @Override
        public void onStep(long step, float loss) {
            count++;
        }
    }
}
