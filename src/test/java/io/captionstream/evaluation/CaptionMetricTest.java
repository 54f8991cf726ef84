package io.captionstream.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every metric. */
class CaptionMetricTest {
    private static final List<String> CAPTIONS = List.of(
            "a small red circle above a blue star",
            "two dogs play with a ball on the beach",
            "a man in a hat rides his bike down the street",
            "an empty kitchen with white cabinets");

    static Stream<CaptionMetric> metrics() {
        return CaptionMetric.all().stream();
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void shouldBeHighestForTheReferenceItself(CaptionMetric metric) {
        double highest = metric instanceof CiderD ? 10 : 1;

        MetricScore score = metric.score(cases(CAPTIONS));

        assertThat(score.corpus()).isCloseTo(highest, within(1e-6));
        assertThat(score.perImage()).hasSize(4).allSatisfy(single -> assertThat(single)
                .isCloseTo(highest, within(1e-6)));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void shouldBeZeroForNoWordsAndForOtherWords(CaptionMetric metric) {
        for (String caption : List.of("", "...", "zebras gallop through tall grass")) {
            MetricScore score = metric.score(cases(Collections.nCopies(4, caption)));

            assertThat(score.corpus()).isCloseTo(0, within(1e-4));
            assertThat(score.perImage()).allSatisfy(single -> assertThat(single).isCloseTo(0, within(1e-3)));
        }
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void shouldNotDependOnTheOrderOfTheImages(CaptionMetric metric) {
        List<CaptionCase> cases = new ArrayList<>(cases(List.of(
                "a red circle above a star",
                "two dogs play on the beach",
                "a man rides his bike",
                "a kitchen with white walls")));
        MetricScore score = metric.score(cases);
        Collections.reverse(cases);
        MetricScore reversed = metric.score(cases);

        assertThat(reversed.corpus()).isCloseTo(score.corpus(), within(1e-12));
        for (int i = 0; i < 4; i++) {
            assertThat(reversed.perImage().get(3 - i))
                    .isCloseTo(score.perImage().get(i), within(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void shouldStayInItsRangeForAReferenceWithoutWords(CaptionMetric metric) {
        List<CaptionCase> cases = List.of(
                CaptionCase.of("1", "a cat", List.of("...")), CaptionCase.of("2", "a dog", List.of("a dog", "")));

        assertThat(metric.score(cases).perImage())
                .allSatisfy(single -> assertThat(single).isBetween(0.0, 10.0));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void shouldRefuseNoImages(CaptionMetric metric) {
        assertThatThrownBy(() -> metric.score(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<CaptionCase> cases(List<String> candidates) {
        List<CaptionCase> cases = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            cases.add(CaptionCase.of(Integer.toString(i), candidates.get(i), List.of(CAPTIONS.get(i))));
        }
        return cases;
    }
}
