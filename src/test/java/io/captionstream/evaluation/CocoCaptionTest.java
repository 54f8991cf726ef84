package io.captionstream.evaluation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Made-up captions with the scores that the code of coco-caption gives them, of the corpus and of every image. */
class CocoCaptionTest {
    static Stream<CaptionMetric> metrics() {
        return CaptionMetric.all().stream().filter(metric -> !(metric instanceof ExactCaption));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void shouldAgree(CaptionMetric metric) throws IOException {
        JsonNode expected = fixture();
        List<CaptionCase> cases = new ArrayList<>();
        for (JsonNode item : expected.get("cases")) {
            List<String> references = new ArrayList<>();
            item.get("references").forEach(reference -> references.add(reference.asText()));
            cases.add(CaptionCase.of(
                    Integer.toString(cases.size()), item.get("candidate").asText(), references));
        }
        JsonNode scores = null;
        for (JsonNode item : expected.get("metrics")) {
            scores = item.get("name").asText().equals(metric.name()) ? item : scores;
        }

        MetricScore score = metric.score(cases);

        assertThat(score.corpus())
                .isCloseTo(requireNonNull(scores).get("corpus").asDouble(), within(1e-8));
        for (int i = 0; i < cases.size(); i++) {
            assertThat(score.perImage().get(i))
                    .isCloseTo(scores.get("perImage").get(i).asDouble(), within(1e-8));
        }
    }

    private static JsonNode fixture() throws IOException {
        try (InputStream json =
                requireNonNull(CocoCaptionTest.class.getResourceAsStream("/evaluation/coco-caption.json"))) {
            return JsonMapper.builder().build().readTree(json);
        }
    }
}
