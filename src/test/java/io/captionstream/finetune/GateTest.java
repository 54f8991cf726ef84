package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captionstream.model.ModelBundle;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import io.captionstream.training.TeacherForcedLoss;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GateTest {
    private static final int SCENES = 60;

    private final Gate gate = new Gate(new GateConfig(0.95, 0.02, 50, 55, 500, 1));
    private List<CaptionedImage> fresh;
    private List<CaptionedImage> old;
    private ModelBundle weak;
    private ModelBundle strong;

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        fresh = test(SceneImages.write(folder.resolve("fresh"), new SceneGenerator(31), SCENES));
        old = test(SceneImages.write(folder.resolve("old"), new SceneGenerator(32), SCENES));
        weak = ModelBundle.open(Path.of("src/demo/models/first/inceptionv3-glove"));
        strong = ModelBundle.open(Path.of("src/demo/models/inceptionv3-glove"));
    }

    @Test
    void shouldPromoteTheBetterModel() throws Exception {
        GateResult result = gate.judge(weak, strong, new LearningData(fresh, old));

        assertThat(result.promoted()).as(result.reason()).isTrue();
        assertThat(result.metrics())
                .containsEntry("fresh.images", 55.0)
                .containsEntry("old.images", 55.0)
                .containsKeys("fresh.bleu4.champion", "old.loss.challenger");
        assertThat(result.metrics().get("fresh.exactMatch.challenger"))
                .isGreaterThan(result.metrics().get("fresh.exactMatch.champion"));
        assertThat(result.metrics().get("fresh.loss.challenger"))
                .isLessThan(result.metrics().get("fresh.loss.champion"));
        assertThat(gate.judge(weak, strong, new LearningData(fresh, old))).isEqualTo(result);
    }

    @Test
    void shouldNotPromoteTheWorseModel() throws Exception {
        GateResult result = gate.judge(strong, weak, new LearningData(fresh, List.of()));

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).startsWith("worse on 55 new images");
    }

    @Test
    void shouldNotPromoteTheSameModel() throws Exception {
        GateResult result = gate.judge(weak, weak, new LearningData(fresh, List.of()));

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).startsWith("no better on 55 new images");
    }

    @Test
    void shouldNotJudgeByImagesThatWereTrainedOn() throws Exception {
        List<CaptionedImage> trained = fresh.stream()
                .map(image -> new CaptionedImage(image.id(), image.file(), image.captions(), Split.TRAIN))
                .toList();

        GateResult result = gate.judge(weak, strong, new LearningData(trained, old));

        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).contains("0 are held out, 50 are needed");
    }

    @Test
    void shouldJudgeByValidationImagesWhereTheyChoseNothing() {
        Map<String, String> whole = FineTuneConfig.defaults().toMap();
        Map<String, String> early = FineTuneConfig.defaults().withPatience(2).toMap();

        assertThat(Gate.heldOut(whole)).containsExactlyInAnyOrder(Split.VALIDATION, Split.TEST);
        assertThat(Gate.heldOut(early)).containsExactly(Split.TEST);
        assertThat(Gate.heldOut(Map.of("seed", "1"))).containsExactly(Split.TEST);
    }

    @Test
    void shouldMeasureTheLossThatTrainingReported() throws Exception {
        // docs/training.md: 0.0050 on the validation images of another seed.
        try (TeacherForcedLoss loss = TeacherForcedLoss.load(strong)) {
            assertThat(loss.of(fresh)).isCloseTo(0.005, within(0.02));
        }
    }

    private static List<CaptionedImage> test(List<CaptionedImage> images) {
        return images.stream()
                .map(image -> new CaptionedImage(image.id(), image.file(), image.captions(), Split.TEST))
                .toList();
    }
}
