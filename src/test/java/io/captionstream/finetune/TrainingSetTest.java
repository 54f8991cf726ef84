package io.captionstream.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Lists;
import io.captionstream.text.Vocabulary;
import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
    private static final FineTuneConfig CONFIG = FineTuneConfig.defaults();

    private final List<CaptionedImage> fresh = images("fresh", 500);
    private final List<CaptionedImage> old = images("old", 2000);

    @Test
    void shouldReplayAsManyOldImagesAsTheRatioSays() {
        TrainingSet set = TrainingSet.of(new LearningData(fresh, old), CONFIG.withReplay(true, 2));

        for (Split split : List.of(Split.TRAIN, Split.VALIDATION)) {
            assertThat(count(set.replayed(), split)).isPositive().isEqualTo(2 * count(set.fresh(), split));
        }
        assertThat(set.images()).noneMatch(image -> image.split() == Split.TEST).doesNotHaveDuplicates();
    }

    @Test
    void shouldReplayAllOldImagesWhereThereAreFewer() {
        TrainingSet set = TrainingSet.of(new LearningData(fresh, old), CONFIG.withReplay(true, 100));

        assertThat(set.replayed()).hasSize((int)
                old.stream().filter(image -> image.split() != Split.TEST).count());
    }

    @Test
    void shouldReplayNoneIfItIsSwitchedOff() {
        TrainingSet set = TrainingSet.of(new LearningData(fresh, old), CONFIG.withReplay(false, 2));

        assertThat(set.replayed()).isEmpty();
        assertThat(set.images()).isEqualTo(set.fresh());
    }

    @Test
    void shouldChooseBySeedAndNotByOrder() {
        LearningData data = new LearningData(fresh, old);
        LearningData reversed = new LearningData(Lists.reverse(fresh), Lists.reverse(old));

        assertThat(TrainingSet.of(reversed, CONFIG)).isEqualTo(TrainingSet.of(data, CONFIG));
        assertThat(TrainingSet.of(data, CONFIG.withSeed(2)).replayed())
                .isNotEqualTo(TrainingSet.of(data, CONFIG).replayed());
    }

    @Test
    void shouldBeMeasuredOnNoMoreHeldOutImagesThanItMay() {
        LearningData data = new LearningData(fresh, old);
        List<CaptionedImage> all = TrainingSet.of(data, CONFIG).heldOut();
        assertThat(all).extracting(CaptionedImage::split).containsOnly(Split.VALIDATION, Split.TEST);
        assertThat(all).extracting(image -> image.file().toString()).contains("fresh", "old");

        FineTuneConfig few = FineTuneConfig.fromMap(Map.of("fineTune.measuredImages", "20"));
        assertThat(TrainingSet.of(data, few).heldOut()).hasSize(20).isSubsetOf(all);
    }

    @Test
    void shouldTakeAnImageThatWasLabelledAnewForFresh() {
        CaptionedImage again = new CaptionedImage(old.get(0).id(), Path.of("x"), List.of("better words"));

        LearningData data = new LearningData(List.of(again), old);

        assertThat(data.fresh()).containsExactly(again);
        assertThat(data.old()).hasSize(old.size() - 1).doesNotContain(old.get(0));
    }

    @Test
    void shouldRefuseAnImageThatIsThereTwice() {
        assertThatThrownBy(() -> new LearningData(List.of(fresh.get(3), fresh.get(3)), old))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("image fresh-3 is twice in fresh");
    }

    @Test
    void shouldLearnWordsThatTrainingCaptionsSayOftenEnough() {
        List<CaptionedImage> labelled = List.of(
                image(1, Split.TRAIN, "a red ring"),
                image(2, Split.TRAIN, "a red ring and a heart"),
                image(3, Split.TRAIN, "a heart", "a ring"),
                image(4, Split.TRAIN, "a moon"),
                image(5, Split.VALIDATION, "a moon"));
        Vocabulary known = Vocabulary.of(List.of("a", "red"));

        assertThat(new NewWords(2, 10).of(labelled, known)).containsExactly("ring", "heart");
        assertThat(new NewWords(1, 10).of(labelled, known)).containsExactly("ring", "heart", "and", "moon");
        assertThat(new NewWords(1, 1).of(labelled, known)).containsExactly("ring");
        assertThat(new NewWords(4, 10).of(labelled, known)).isEmpty();
    }

    private static CaptionedImage image(int number, Split split, String... captions) {
        return new CaptionedImage("image-" + number, Path.of("x"), List.of(captions), split);
    }

    private static long count(List<CaptionedImage> images, Split split) {
        return images.stream().filter(image -> image.split() == split).count();
    }

    private static List<CaptionedImage> images(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new CaptionedImage(name + "-" + i, Path.of(name), List.of("a caption")))
                .toList();
    }
}
