package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RougeLTest {
    @Test
    void shouldTakeTheLongestCommonSubsequence() {
        // police ... the gunman: 3 words of 4, both ways; police the gunman is in order, "killed" is not.
        assertThat(score("police kill the gunman", "police killed the gunman")).isCloseTo(0.75, within(1e-9));
        assertThat(score("the gunman kill police", "police killed the gunman")).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void shouldWeighRecallMore() {
        // 2 words common: P = 2/2, R = 2/4; (1 + 1.44) P R / (R + 1.44 P).
        assertThat(score("a cat", "a black cat sleeps")).isCloseTo(2.44 * 0.5 / (0.5 + 1.44), within(1e-9));
        // P = 2/4, R = 2/2.
        assertThat(score("a black cat sleeps", "a cat")).isCloseTo(2.44 * 0.5 / (1 + 1.44 * 0.5), within(1e-9));
    }

    @Test
    void shouldTakePrecisionAndRecallFromTheReferenceThatIsBestForEach() {
        // Against "a cat": 2 of 4 words, 2 of 2. Against the long one: 4 of 4 words, 4 of 8. Best of each: 1 and 1.
        assertThat(score("a black cat sleeps", "a cat", "today a black cat sleeps on the mat"))
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void shouldAverageTheImages() {
        MetricScore score = new RougeL()
                .score(List.of(
                        CaptionCase.of("1", "a cat", List.of("a cat")),
                        CaptionCase.of("2", "a cat", List.of("two dogs"))));

        assertThat(score.perImage()).containsExactly(1.0, 0.0);
        assertThat(score.corpus()).isEqualTo(0.5);
    }

    private static double score(String candidate, String... references) {
        return new RougeL()
                .score(List.of(CaptionCase.of("1", candidate, List.of(references))))
                .corpus();
    }
}
