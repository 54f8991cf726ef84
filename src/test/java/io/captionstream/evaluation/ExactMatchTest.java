package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExactMatchTest {
    @Test
    void shouldCountCaptionsThatEqualAReference() {
        ExactMatch match = new ExactMatch();
        assertThat(match.rate()).isNaN();

        match.add("a red circle", List.of("a blue circle", "A red circle."));
        match.add("a red circle", List.of("a circle red"));
        match.add("a red circle", List.of("a red circle above a star"));
        match.add("", List.of("a red circle"));

        assertThat(match.captions()).isEqualTo(4);
        assertThat(match.matches()).isEqualTo(1);
        assertThat(match.rate()).isEqualTo(0.25);
    }
}
