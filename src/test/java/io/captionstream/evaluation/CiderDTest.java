package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CiderDTest {
    @Test
    void shouldAgreeWithTheExampleOfAacMetrics() {
        // Its README: 0.9614 of 1.3641 and 0.5587.
        MetricScore score = new CiderD().score(PublishedCases.AAC_METRICS);

        assertThat(score.perImage().get(0)).isCloseTo(1.3641, within(0.0001));
        assertThat(score.perImage().get(1)).isCloseTo(0.5587, within(0.0001));
        assertThat(score.corpus()).isCloseTo(0.9614, within(0.0001));
    }

    @Test
    void shouldWeighNGramsByHowFewImagesHaveThem() {
        // "a" is in both images and weighs log 2 - log 2 = 0, all else log 2 - log 1.
        // Image 1: cosine 1 for words and for pairs, no longer n-grams: 10 (1 + 1 + 0 + 0) / 4.
        // Image 2: (0, 1, 1) against (0, 0, 1) is 1 / sqrt 2 for words, no pair in common, and one pair too many.
        MetricScore score = new CiderD()
                .score(List.of(
                        CaptionCase.of("1", "a cat", List.of("a cat")),
                        CaptionCase.of("2", "a cat dog", List.of("a dog"))));

        double second = 10 * (1 / Math.sqrt(2)) / 4 * Math.exp(-1.0 / (2 * 36));
        assertThat(score.perImage().get(0)).isCloseTo(5, within(1e-9));
        assertThat(score.perImage().get(1)).isCloseTo(second, within(1e-9));
        assertThat(score.corpus()).isCloseTo((5 + second) / 2, within(1e-9));
    }

    @Test
    void shouldCountAnNGramAsOftenAsTheReferenceHasIt() {
        // Words 2 against 1: min(2, 1) 1 / (2 * 1); the pair "cat cat" is in no reference. One pair, none there.
        double clipped = 10 * 0.5 / 4 * Math.exp(-1.0 / (2 * 36));

        assertThat(new CiderD()
                        .score(List.of(
                                CaptionCase.of("1", "cat cat", List.of("cat")),
                                CaptionCase.of("2", "", List.of("dog"))))
                        .perImage()
                        .get(0))
                .isCloseTo(clipped, within(1e-9));
    }

    @Test
    void shouldCountAnImageOnceHoweverManyOfItsReferencesHaveAnNGram() {
        // "cat" is in one of two images, three times; with that its weight is log 2 and the caption perfect.
        List<CaptionCase> cases = List.of(
                CaptionCase.of("1", "cat", List.of("cat", "cat", "cat")), CaptionCase.of("2", "dog", List.of("dog")));

        assertThat(new CiderD().score(cases).perImage())
                .allSatisfy(score -> assertThat(score).isCloseTo(10.0 / 4, within(1e-9)));
    }

    @Test
    void shouldAverageOverTheReferences() {
        // One reference of two is met.
        List<CaptionCase> cases = List.of(
                CaptionCase.of("1", "cat", List.of("cat", "kitten")), CaptionCase.of("2", "dog", List.of("dog")));

        assertThat(new CiderD().score(cases).perImage().get(0)).isCloseTo(10.0 / 4 / 2, within(1e-9));
    }

    @Test
    void shouldSayNothingOfASingleImage() {
        assertThat(new CiderD()
                        .score(List.of(CaptionCase.of("1", "a black cat", List.of("a black cat"))))
                        .corpus())
                .isZero();
    }
}
