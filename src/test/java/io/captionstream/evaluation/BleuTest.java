package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BleuTest {
    /** The caption has 6 words; "the" is in a reference twice at most. */
    private static final CaptionCase CASE = CaptionCase.of(
            "1",
            "the cat sat on the mat",
            List.of("the cat is on the mat", "there is a cat on the mat today", "cats like every mat"));

    @ParameterizedTest
    @CsvSource({"1, 0.579", "2, 0.404", "3, 0.279", "4, 0.191"})
    void shouldAgreeWithTheExampleOfCocoCaption(int longest, double published) {
        // Its fake results for 1,000 images of val2014: 9,893 words, so 8,893 pairs, and so on.
        Bleu.Statistics statistics =
                Bleu.Statistics.of(9893, 9855, new long[] {9893, 8893, 7893, 6893}, new long[] {5732, 2510, 1043, 423});

        assertThat(statistics.score(longest)).isCloseTo(published, within(0.0005));
    }

    @Test
    void shouldAgreeWithTheExampleOfAacMetrics() {
        // Its README: BLEU-1 0.4278.
        assertThat(new Bleu(1).score(PublishedCases.AAC_METRICS).corpus()).isCloseTo(0.4278, within(0.0001));
    }

    @Test
    void shouldCountEachNGramAsOftenAsOneReferenceHasIt() {
        // the(2) cat on mat of 6; the-cat on-the the-mat of 5; on-the-mat of 4; none of 3. The closest length is 6.
        double one = 5.0 / 6;
        double two = Math.sqrt(one * 3 / 5);
        double three = Math.cbrt(one * 3 / 5 * 1 / 4);

        assertThat(score(1, CASE)).isCloseTo(one, within(1e-6));
        assertThat(score(2, CASE)).isCloseTo(two, within(1e-6));
        assertThat(score(3, CASE)).isCloseTo(three, within(1e-6));
        assertThat(score(4, CASE)).isCloseTo(0, within(1e-3));

        // "the" seven times: two of seven count.
        assertThat(score(1, CaptionCase.of("1", "the the the the the the the", List.of("the cat is on the mat"))))
                .isCloseTo(2.0 / 7, within(1e-6));
    }

    @Test
    void shouldTakeTheShorterOfTwoEquallyCloseLengths() {
        // 4 words between references of 3 and 5: no penalty. 2 words against 3: exp(1 - 3 / 2).
        List<String> references = List.of("a b c d e", "a b c");

        assertThat(score(1, CaptionCase.of("1", "a b c d", references))).isCloseTo(1, within(1e-6));
        assertThat(score(1, CaptionCase.of("1", "a b", references))).isCloseTo(Math.exp(-0.5), within(1e-6));
    }

    @Test
    void shouldSumOverTheCorpusBeforeDividing() {
        List<CaptionCase> cases = List.of(
                CaptionCase.of("1", "a b c d", List.of("a b c d")), CaptionCase.of("2", "x y", List.of("z y w w w w")));

        MetricScore score = new Bleu(1).score(cases);

        // 4 of 4 and 1 of 2 words: 5 of 6, in 6 words where the references have 10.
        assertThat(score.corpus()).isCloseTo(5.0 / 6 * Math.exp(1 - 10.0 / 6), within(1e-6));
        assertThat(score.perImage().get(0)).isCloseTo(1, within(1e-6));
        assertThat(score.perImage().get(1)).isCloseTo(0.5 * Math.exp(1 - 6.0 / 2), within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"0", "5"})
    void shouldRefuseOtherLengths(int longest) {
        assertThatThrownBy(() -> new Bleu(longest)).isInstanceOf(IllegalArgumentException.class);
    }

    private static double score(int longest, CaptionCase item) {
        return new Bleu(longest).score(List.of(item)).corpus();
    }
}
