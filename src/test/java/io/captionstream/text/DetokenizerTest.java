package io.captionstream.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DetokenizerTest {
    @Test
    void shouldJoinWordsAndAttachPunctuation() {
        assertThat(Detokenizer.detokenize(List.of("a", "dog", "'s", "ball", ",", "red", "(", "big", ")", ".")))
                .isEqualTo("a dog's ball, red (big).");
        assertThat(Detokenizer.detokenize(List.of("it", "does", "n't"))).isEqualTo("it doesn't");
        assertThat(Detokenizer.detokenize(List.of("$", "5", "&", "50", "%"))).isEqualTo("$5 & 50%");
        assertThat(Detokenizer.detokenize(List.of("he", "'s", "gon", "na", "win")))
                .isEqualTo("he's gonna win");
        assertThat(Detokenizer.detokenize(List.of())).isEmpty();
    }
}
