package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.image.ResizeMode;
import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.TrainingOptions;
import io.captionstream.network.Weights;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.text.Vocabulary;
import io.captionstream.training.LearningRateSchedule.Decay;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CaptionTrainingTest {
    private static final int IMAGES = 60;
    private static final int EPOCHS = 3;

    private Path folder;
    private List<CaptionedImage> images;
    private Vocabulary vocabulary;
    private Weights uninterrupted;
    private final List<EpochResult> results = new ArrayList<>();

    @BeforeAll
    void train(@TempDir Path folder) throws IOException {
        this.folder = folder;
        new SceneFolder(folder).write(new SceneGenerator(1), IMAGES, count -> {});
        images = CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE));
        vocabulary = new VocabularyBuilder(1).build(images);
        uninterrupted = training(hyperparameters(1), "uninterrupted", Long.MAX_VALUE)
                .run(images, new Results(), () -> false)
                .orElseThrow();
    }

    @Test
    void shouldLearn() {
        assertThat(results).extracting(EpochResult::epoch).containsExactly(1, 2, 3);
        assertThat(results.get(EPOCHS - 1).trainingLoss())
                .isLessThan(results.get(0).trainingLoss());
    }

    @Test
    void shouldGiveTheSameWeightsForTheSameSeed() throws IOException {
        // The pixels are decoded again and again here, which must not matter either.
        Optional<Weights> again =
                training(hyperparameters(1), "again", 0).run(images, TrainingListener.NONE, () -> false);

        assertThat(again).contains(uninterrupted);
    }

    @Test
    void shouldGoOnFromWhereItWasStopped() throws IOException {
        Steps steps = new Steps();
        CaptionTraining training = training(hyperparameters(1), "stopped", Long.MAX_VALUE);

        assertThat(training.run(images, steps, () -> steps.count == 1)).isEmpty();
        assertThat(training.run(images, steps, () -> steps.count == 5)).isEmpty();

        assertThat(training.run(images, steps, () -> false)).contains(uninterrupted);
        assertThat(training.run(images, steps, () -> false)).contains(uninterrupted);
    }

    @Test
    void shouldGiveTheSameWeightsHoweverManyMicroBatchesRunAtATime() throws IOException {
        Hyperparameters cut = hyperparameters(1).withBatches(16, 4).withSchedule(1, 0.003);
        Weights one = training(cut, "one", Long.MAX_VALUE)
                .run(images, TrainingListener.NONE, () -> false)
                .orElseThrow();
        TrainingResources parallel = new TrainingResources(Long.MAX_VALUE, 3, folder.resolve("features"));

        assertThat(training(cut, "many", StartingPoint.random(Map.of()), parallel)
                        .run(images, TrainingListener.NONE, () -> false))
                .contains(one);
    }

    @Test
    void shouldComputeTheFeaturesOfAFrozenEncoderOnce() throws IOException {
        Hyperparameters frozen = hyperparameters(1)
                .withSchedule(1, 0.003)
                .withOptions(TrainingOptions.defaults().withTrainEncoder(false));
        Features features = new Features();
        assertThat(training(frozen, "frozen", Long.MAX_VALUE).run(images, features, () -> features.done > 0))
                .isEmpty();
        assertThat(features.done).isEqualTo(32);
        Weights weights = training(frozen, "frozen", Long.MAX_VALUE)
                .run(images, features, () -> false)
                .orElseThrow();
        assertThat(features.done).isEqualTo(IMAGES);

        assertThat(training(frozen, "frozen-again", Long.MAX_VALUE).run(images, features, () -> false))
                .contains(weights);
        assertThat(features.done).isEqualTo(IMAGES);
    }

    @Test
    void shouldTrainInStagesAndGoOnInAnyOfThem() throws IOException {
        TrainingOptions all = TrainingOptions.defaults();
        List<Hyperparameters> stages = List.of(
                hyperparameters(1).withSchedule(2, 0.003).withOptions(all.withTrainEncoder(false)),
                hyperparameters(1).withSchedule(1, 0.0003).withOptions(all));
        Steps steps = new Steps();
        Weights whole = staged(stages, "staged").run(images, steps, () -> false).orElseThrow();
        assertThat(steps.history.epochs()).extracting(EpochResult::epoch).containsExactly(1, 2, 3);
        assertThat(steps.history.epochs().get(2).learningRate()).isLessThan(0.001);

        Steps parts = new Steps();
        assertThat(staged(stages, "staged-parts").run(images, parts, () -> parts.count == 2))
                .isEmpty();
        assertThat(staged(stages, "staged-parts").run(images, parts, () -> parts.count == steps.count - 2))
                .isEmpty();
        assertThat(staged(stages, "staged-parts").run(images, parts, () -> false))
                .contains(whole);
        assertThat(parts.history).isEqualTo(steps.history);
    }

    @Test
    void shouldStartFromGivenWeights() throws IOException {
        Hyperparameters frozen = hyperparameters(7)
                .withSchedule(1, 0.003)
                .withOptions(TrainingOptions.defaults().withTrainEncoder(false));
        TrainingResources resources = new TrainingResources(Long.MAX_VALUE, 1, folder.resolve("features"));
        Weights encoder = uninterrupted.only(name -> name.startsWith("encoder."));

        Weights weights = training(frozen, "given", StartingPoint.of(encoder), resources)
                .run(images, TrainingListener.NONE, () -> false)
                .orElseThrow();

        assertThat(weights.only(name -> name.startsWith("encoder."))).isEqualTo(encoder);
        assertThat(weights.only(name -> name.startsWith("decoder.")))
                .isNotEqualTo(uninterrupted.only(name -> name.startsWith("decoder.")));
    }

    @Test
    void shouldLearnFromTheMiddleOfImagesThatAreCropped() throws IOException {
        Hyperparameters frozen = hyperparameters(1)
                .withSchedule(1, 0.003)
                .withOptions(TrainingOptions.defaults().withTrainEncoder(false));
        List<CaptionedImage> wide = new ArrayList<>();
        List<CaptionedImage> middles = new ArrayList<>();
        for (CaptionedImage image : images.subList(0, 20)) {
            BufferedImage scene = ImageIO.read(image.file().toFile());
            BufferedImage middle = new BufferedImage(32, 32, BufferedImage.TYPE_3BYTE_BGR);
            middle.getGraphics().drawImage(scene, 0, 0, 32, 32, null);
            BufferedImage framed = new BufferedImage(96, 32, BufferedImage.TYPE_3BYTE_BGR);
            framed.getGraphics().drawImage(middle, 32, 0, null);
            wide.add(png(framed, "wide", image));
            middles.add(png(middle, "middle", image));
        }

        assertThat(cropping(frozen, "wide", ResizeMode.CENTER_CROP).run(wide, TrainingListener.NONE, () -> false))
                .isEqualTo(
                        cropping(frozen, "middle", ResizeMode.STRETCH).run(middles, TrainingListener.NONE, () -> false))
                .isNotEqualTo(cropping(frozen, "stretched", ResizeMode.STRETCH)
                        .run(wide, TrainingListener.NONE, () -> false));
    }

    private CaptionTraining cropping(Hyperparameters hyperparameters, String name, ResizeMode resize) {
        return new CaptionTraining(
                network(),
                hyperparameters,
                vocabulary,
                StartingPoint.random(Map.of()),
                new CheckpointFolder(folder.resolve("checkpoints-" + name)),
                new TrainingResources(Long.MAX_VALUE, 1, folder.resolve("features")),
                resize);
    }

    private CaptionedImage png(BufferedImage pixels, String name, CaptionedImage image) throws IOException {
        Path file = Files.createTempFile(folder, name, ".png");
        ImageIO.write(pixels, "png", file.toFile());
        return new CaptionedImage(image.id(), file, image.captions(), Split.TRAIN);
    }

    @Test
    void shouldJudgeDecodedCaptionsWhereItMayStopEarly() throws IOException {
        Steps steps = new Steps();
        training(hyperparameters(1).withSchedule(1, 0.003).withPatience(3), "judged", Long.MAX_VALUE)
                .run(images, steps, () -> false);

        assertThat(steps.history.epochs().get(0).metrics()).containsOnlyKeys("ciderD", "bleu4", "exactMatch");
    }

    @Test
    void shouldNotGoOnFromTheCheckpointOfAnotherRun() throws IOException {
        Steps steps = new Steps();
        training(hyperparameters(1), "other", Long.MAX_VALUE).run(images, steps, () -> steps.count == 1);

        assertThatThrownBy(() -> training(hyperparameters(2), "other", Long.MAX_VALUE)
                        .run(images, TrainingListener.NONE, () -> false))
                .isInstanceOf(MismatchedCheckpointException.class)
                .hasMessageContaining("seed=1")
                .hasMessageContaining("seed=2");
    }

    @Test
    void shouldNameTheImageThatCannotBeDecoded() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.jpg"), "not an image");
        List<CaptionedImage> withBroken = images.stream()
                .map(image -> new CaptionedImage(image.id(), broken, image.captions()))
                .toList();

        assertThatThrownBy(() -> training(hyperparameters(1), "broken", Long.MAX_VALUE)
                        .run(withBroken, TrainingListener.NONE, () -> false))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("broken.jpg cannot be used");
    }

    private CaptionTraining training(Hyperparameters hyperparameters, String name, long pixelMemory) {
        return training(
                hyperparameters,
                name,
                StartingPoint.random(Map.of()),
                new TrainingResources(pixelMemory, 1, folder.resolve("features")));
    }

    private CaptionTraining training(
            Hyperparameters hyperparameters, String name, StartingPoint start, TrainingResources resources) {
        CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoints-" + name));
        return new CaptionTraining(network(), hyperparameters, vocabulary, start, checkpoints, resources);
    }

    private StagedTraining staged(List<Hyperparameters> stages, String name) {
        return new StagedTraining(
                network(),
                stages,
                vocabulary,
                StartingPoint.random(Map.of()),
                folder.resolve("checkpoints-" + name),
                new TrainingResources(Long.MAX_VALUE, 1, folder.resolve("features")));
    }

    private NetworkConfig network() {
        return new NetworkConfig(
                Architecture.RESNET50_LSTM,
                32,
                0.125,
                8,
                16,
                vocabulary.size(),
                20,
                EncoderVariant.TORCHVISION,
                Preprocessing.IMAGENET);
    }

    private static Hyperparameters hyperparameters(long seed) {
        return Hyperparameters.defaults()
                .withSchedule(EPOCHS, 0.003)
                .withBatches(16, 1)
                .withDecay(Decay.COSINE, 2)
                .withSeed(seed);
    }

    private final class Results implements TrainingListener {
        @Override
        public void onEpoch(EpochResult result) {
            results.add(result);
        }
    }

    private static final class Features implements TrainingListener {
        private int done;

        @Override
        public void onFeatures(int done, int total) {
            this.done = IMAGES - total + done;
        }
    }

    private static final class Steps implements TrainingListener {
        private int count;
        private TrainingHistory history = TrainingHistory.EMPTY;

        @Override
        public void onHistory(TrainingHistory history) {
            this.history = history;
        }

        @Override
        public void onStep(long step, float loss) {
            count++;
        }
    }
}
