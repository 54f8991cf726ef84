package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.ModelBundle;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.ShapeKind;
import io.captionstream.training.CaptionEvaluation;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import io.captionstream.training.TrainingListener;
import io.captionstream.training.TrainingResources;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Learns a kind of scene that no model has seen, from labels of that kind alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgettingIT {
    private static final int NEW_SCENES = 1500;
    private static final int OLD_SCENES = 4500;
    private static final int JUDGED = 1000;
    /** One thread an operation: the networks are small, and two parts of a batch run at a time. */
    private static final CaptionerConfig ENGINE = CaptionerConfig.of("cpu", "fp32", 1);

    private static final FineTuneConfig CONFIG = FineTuneConfig.defaults()
            .withSchedule(8, 0.001)
            .withBatches(64, 2)
            .withTrainEncoder(true)
            .withBatchNormMomentum(0.05);

    private Path folder;
    private ModelBundle champion;
    private LearningData data;
    private List<CaptionedImage> oldScenes;
    private List<CaptionedImage> newScenes;
    private double before;

    @BeforeAll
    void label(@TempDir Path folder) throws Exception {
        this.folder = folder;
        champion = ModelBundle.open(Path.of("src/demo/models/inceptionv3-glove"));
        data = new LearningData(scenes("rings", 8, NEW_SCENES, true), scenes("plain", 7, OLD_SCENES, false));
        oldScenes = scenes("judged-plain", 20_260, JUDGED, false);
        newScenes = scenes("judged-rings", 20_261, JUDGED, true);
        before = exact(champion, oldScenes);
    }

    @Test
    void shouldLearnANewKindWithoutLosingTheOldOnes() throws Exception {
        ModelBundle learned = learned(CONFIG.withReplay(true, 3), "replayed");

        double after = exact(learned, oldScenes);
        double ofNew = exact(learned, newScenes);

        assertThat(before - after).as("share of old scenes lost of %s", before).isLessThan(0.02);
        assertThat(ofNew).isGreaterThan(0.6);
    }

    @Test
    void shouldForgetWithoutReplay() throws Exception {
        ModelBundle learned = learned(CONFIG.withReplay(false, 3), "fresh-only");

        double after = exact(learned, oldScenes);

        assertThat(before - after).as("share of old scenes lost of %s", before).isGreaterThan(0.2);
    }

    private ModelBundle learned(FineTuneConfig config, String name) throws Exception {
        TrainingResources resources = new TrainingResources(200_000_000, 2, folder.resolve("features"));
        return new FineTune(config, folder.resolve(name + ".checkpoints"), resources)
                .run(
                        champion,
                        data,
                        "2",
                        Instant.EPOCH,
                        Map.of(),
                        folder.resolve(name),
                        TrainingListener.NONE,
                        () -> false)
                .orElseThrow();
    }

    private List<CaptionedImage> scenes(String name, long seed, int count, boolean rings) throws Exception {
        SceneGenerator generator = new SceneGenerator(seed);
        return SceneImages.write(folder.resolve(name), rings ? generator.with(ShapeKind.RING) : generator, count)
                .stream()
                .map(image -> new CaptionedImage(image.id(), image.file(), image.captions(), Split.TRAIN))
                .toList();
    }

    private static double exact(ModelBundle bundle, List<CaptionedImage> images) throws Exception {
        try (Captioner captioner = DjlCaptioner.load(bundle, ENGINE)) {
            return new CaptionEvaluation(bundle.manifest().decoding())
                    .evaluate(captioner, images)
                    .rate();
        }
    }
}
