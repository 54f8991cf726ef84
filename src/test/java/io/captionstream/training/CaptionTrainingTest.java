package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.Weights;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.text.Vocabulary;
import io.captionstream.training.LearningRateSchedule.Decay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        NetworkConfig network = new NetworkConfig(
                Architecture.RESNET50_LSTM,
                32,
                0.125,
                8,
                16,
                vocabulary.size(),
                20,
                EncoderVariant.TORCHVISION,
                Preprocessing.IMAGENET);
        CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoints-" + name));
        return new CaptionTraining(
                network,
                hyperparameters,
                vocabulary,
                StartingPoint.random(Map.of()),
                checkpoints,
                new TrainingResources(pixelMemory, 1, folder.resolve("features")));
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

    private static final class Steps implements TrainingListener {
        private int count;

        @Override
        public void onStep(long step, float loss) {
            count++;
        }
    }
}
