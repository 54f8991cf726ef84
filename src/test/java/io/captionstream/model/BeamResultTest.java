package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captionstream.text.Vocabulary;
import java.util.List;
import org.junit.jupiter.api.Test;

class BeamResultTest {
    private static final Vocabulary VOCABULARY = Vocabulary.of(List.of("a", "red", "circle"));

    @Test
    void shouldRankCompleteCaptionsFirstAndEachKindByItsScore() {
        BeamResult result = new BeamResult(
                3,
                4,
                new int[] {4, 5, 6, 4, 4, 2, 2, 2, 4, 5, 6, 2},
                new float[] {-1, -2, -2.2f},
                new float[] {-0.25f, -0.25f, -0.25f, -0.25f, -1, -1, 0, 0, -0.5f, -0.5f, -0.5f, -0.7f},
                new int[] {4, 2, 4},
                new boolean[] {false, true, true});

        List<Alternative> plain = result.ranked(VOCABULARY, 0).get(0);
        assertThat(plain).extracting(Alternative::text).containsExactly("a", "a red circle", "a red circle a");
        assertThat(plain).extracting(Alternative::complete).containsExactly(true, true, false);
        assertThat(plain.get(0).score()).isEqualTo(-2);

        List<Alternative> penalised = result.ranked(VOCABULARY, 1).get(0);
        assertThat(penalised).extracting(Alternative::text).containsExactly("a red circle", "a", "a red circle a");
        Alternative best = penalised.get(0);
        // The end token counts, but is not listed.
        assertThat(best.score()).isCloseTo(-2.2 / (9.0 / 6.0), within(1e-6));
        assertThat(best.tokens())
                .containsExactly(
                        new Alternative.Token("a", -0.5f),
                        new Alternative.Token("red", -0.5f),
                        new Alternative.Token("circle", -0.5f));
    }

    @Test
    void shouldKeepImagesApart() {
        BeamResult result = new BeamResult(
                1,
                2,
                new int[] {4, 2, 2, 2},
                new float[] {-1, -2},
                new float[] {-0.5f, -0.5f, -2, 0},
                new int[] {2, 1},
                new boolean[] {true, true});
        List<List<Alternative>> images = result.ranked(VOCABULARY, 0.7);
        assertThat(images.get(0)).extracting(Alternative::text).containsExactly("a");
        assertThat(images.get(1)).extracting(Alternative::text).containsExactly("");
        assertThat(images.get(1).get(0).score()).isEqualTo(-2);
    }
}
