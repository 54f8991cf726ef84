package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
    @Test
    void shouldNeverChangeTheSplitOfAnImage() {
        assertThat(Split.of("images/000000.jpg")).isEqualTo(Split.TRAIN);
        assertThat(Split.of("images/000009.jpg")).isEqualTo(Split.TRAIN);
        assertThat(Split.of("image-1")).isEqualTo(Split.of("image-1"));
    }

    @Test
    void shouldGiveEverySplitItsShare() {
        Map<Split, Long> counts = IntStream.range(0, 20_000)
                .mapToObj(number -> Split.of("image-" + number))
                .collect(Collectors.groupingBy(split -> split, Collectors.counting()));

        assertThat(counts.get(Split.TRAIN)).isBetween(18_200L, 18_600L);
        assertThat(counts.get(Split.VALIDATION)).isBetween(700L, 900L);
        assertThat(counts.get(Split.TEST)).isBetween(700L, 900L);
    }
}
