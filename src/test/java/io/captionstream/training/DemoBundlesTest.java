package io.captionstream.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.evaluation.CalibrationError;
import io.captionstream.evaluation.ExactMatch;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.model.DjlCaptioner;
import io.captionstream.model.ModelBundle;
import io.captionstream.scene.SceneFolder;
import io.captionstream.scene.SceneGenerator;
import io.captionstream.scene.ShapeKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoBundlesTest {
    /** The bundles were trained on seed 1. */
    private static final long UNSEEN = 20_260;

    private static final int SCENES = 300;
    private static final int MANY_SCENES = 1000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"resnet50-lstm", "inceptionv3-glove"})
    void shouldCaptionUnseenScenes(String model) throws Exception {
        new SceneFolder(folder).write(new SceneGenerator(UNSEEN), SCENES, count -> {});
        List<CaptionedImage> images = CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE));
        ModelBundle bundle = ModelBundle.open(Path.of("src/demo/models", model));

        try (Captioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.defaults())) {
            ExactMatch match = new CaptionEvaluation(bundle.manifest().decoding()).evaluate(captioner, images);

            assertThat(match.captions()).isEqualTo(SCENES);
            assertThat(match.rate()).isGreaterThanOrEqualTo(0.95);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50-lstm", "inceptionv3-glove"})
    void shouldCaptionAsBeforeInBfloat16AndKnowHowSurely(String model) throws Exception {
        new SceneFolder(folder).write(new SceneGenerator(UNSEEN), MANY_SCENES, count -> {});
        List<CaptionedImage> images = CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE));
        ModelBundle bundle = ModelBundle.open(Path.of("src/demo/models", model));
        CaptionEvaluation evaluation = new CaptionEvaluation(bundle.manifest().decoding());

        List<Alternative> full;
        CalibrationError error = new CalibrationError();
        try (Captioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.of("cpu", "fp32", 0))) {
            full = evaluation.best(captioner, images);
            for (int i = 0; i < MANY_SCENES; i++) {
                error.add(
                        requireNonNull(captioner.confidence(full.get(i))),
                        ExactMatch.matches(full.get(i).text(), images.get(i).captions()));
            }
        }
        List<Alternative> half;
        try (Captioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.of("cpu", "bf16", 0))) {
            assertThat(captioner.precision().precision()).isEqualTo("bf16");
            half = evaluation.best(captioner, images);
        }

        long same = IntStream.range(0, MANY_SCENES)
                .filter(i -> half.get(i).text().equals(full.get(i).text()))
                .count();
        assertThat(same).isGreaterThanOrEqualTo(MANY_SCENES * 99 / 100);
        assertThat(error.value()).isLessThan(0.02);
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50-lstm", "inceptionv3-glove"})
    void shouldHaveFirstVersionsThatHaveMuchToLearn(String model) throws Exception {
        new SceneFolder(folder).write(new SceneGenerator(UNSEEN), SCENES, count -> {});
        List<CaptionedImage> images = CaptionFile.read(folder.resolve(SceneFolder.CAPTIONS_FILE));
        ModelBundle first = ModelBundle.open(Path.of("src/demo/models/first", model));

        assertThat(first.manifest().version()).isEqualTo("0.9");
        assertThat(first.vocabulary().words()).doesNotContain(ShapeKind.RING.word());
        try (Captioner captioner = DjlCaptioner.load(first, CaptionerConfig.defaults())) {
            assertThat(new CaptionEvaluation(first.manifest().decoding())
                            .evaluate(captioner, images)
                            .rate())
                    .isBetween(0.2, 0.7);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50-lstm", "inceptionv3-glove", "first/resnet50-lstm", "first/inceptionv3-glove"})
    void shouldStaySmall(String model) throws Exception {
        try (Stream<Path> files = Files.list(Path.of("src/demo/models", model))) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(6_000_000);
        }
    }
}
