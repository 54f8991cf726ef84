package io.captionstream.labels;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.training.CaptionedImage;
import io.captionstream.training.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabeledDatasetTest {
    private static final Set<String> WORDS = Set.of("a", "red", "circle");

    @Test
    void shouldLeaveOutACaptionInAnUnknownScript() {
        LabeledDataset data = data(image("1", Split.TRAIN, "a red circle"), image("2", Split.TRAIN, "красный круг"));

        LabeledDataset understood = data.understoodBy(WORDS, 2);

        assertThat(understood.fresh()).extracting(CaptionedImage::id).containsExactly("1");
        assertThat(understood.outcomes()).containsOnly(Map.entry("learned", 1), Map.entry("unknown-words", 1));
    }

    @Test
    void shouldTakeUpAnotherScriptThatIsFrequent() {
        LabeledDataset data = data(IntStream.range(0, 5)
                .mapToObj(i -> image("id" + i, Split.TRAIN, "красный круг"))
                .toArray(CaptionedImage[]::new));

        assertThat(data.understoodBy(WORDS, 5)).isEqualTo(data);
        assertThat(data.understoodBy(WORDS, 6).fresh()).isEmpty();
    }

    @Test
    void shouldTakeACaptionWithFewUnknownWords() {
        LabeledDataset data =
                data(image("1", Split.TRAIN, "a red hexagon"), image("2", Split.TEST, "one green hexagon"));

        assertThat(data.understoodBy(WORDS, 2).fresh())
                .extracting(CaptionedImage::id)
                .containsExactly("1");
    }

    @Test
    void shouldKeepTheCaptionsOfAnImageThatAreUnderstood() {
        LabeledDataset data = data(image("1", Split.TRAIN, "красный круг", "a circle"));

        assertThat(data.understoodBy(WORDS, 2).fresh())
                .singleElement()
                .extracting(CaptionedImage::captions)
                .isEqualTo(List.of("a circle"));
    }

    @Test
    void shouldNameTheHoldoutByItsIds() {
        LabeledDataset one = data(image("1", Split.TRAIN, "a"), image("2", Split.TEST, "a"));
        LabeledDataset other = data(image("3", Split.TRAIN, "a"), image("2", Split.TEST, "b"));
        LabeledDataset different = data(image("4", Split.TEST, "a"));

        assertThat(one.holdoutDigest()).matches("[0-9a-f]{64}").isEqualTo(other.holdoutDigest());
        assertThat(different.holdoutDigest()).isNotEqualTo(one.holdoutDigest());
    }

    private static LabeledDataset data(CaptionedImage... images) {
        return new LabeledDataset(List.of(images), List.of(), Map.of("learned", images.length));
    }

    private static CaptionedImage image(String id, Split split, String... captions) {
        return new CaptionedImage(id, Path.of(id), List.of(captions), split);
    }
}
