package io.captionstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.monitoring.PromQl.Selector;
import org.junit.jupiter.api.Test;

class PromQlTest {
    @Test
    void shouldFindTheSeriesAndTheGroupings() {
        PromQl expression = PromQl.parse("""
                sum by (job, le) (rate(a_bucket{job=~"$job", code!="x,}y"}[$__rate_interval]))
                  / on (job) group_left (pod) b:total # c
                  > bool 1e3 and d offset 5m unless absent(e{})
                """);

        assertThat(expression.selectors())
                .extracting(Selector::metric)
                .containsExactly("a_bucket", "b:total", "d", "e");
        assertThat(expression.selectors().get(0).matchings())
                .extracting(PromQl.Matching::value)
                .containsExactly("$job", "x,}y");
        assertThat(expression.groupings()).containsExactlyInAnyOrder("job", "le", "pod");
    }

    @Test
    void shouldTellWhetherAServiceHasTheSeries() {
        Scrape scrape = new Scrape();
        scrape.add("""
                # TYPE images_total counter
                images_total{code="NONE",job="ours"} 7.0
                images_total{code="TIMEOUT",job="ours"} 0.0 # {trace_id="a"} 1
                """);

        assertThat(isIn("images_total", scrape)).isTrue();
        assertThat(isIn("images_total{code=~\"T.*|X\"}", scrape)).isTrue();
        assertThat(isIn("images_total{code=\"$code\", namespace=\"n\"}", scrape))
                .isTrue();
        assertThat(isIn("images_total{code=\"X\"}", scrape)).isFalse();
        assertThat(isIn("images_total{kode=\"NONE\"}", scrape)).isFalse();
        assertThat(isIn("images", scrape)).isFalse();
        assertThat(scrape.labels("images_total")).containsExactly("code", "job");
        assertThat(scrape.types("im")).containsEntry("images_total", "counter");
    }

    @Test
    void shouldRefuseWhatItCannotRead() {
        assertThatThrownBy(() -> PromQl.parse("rate(a[5m]) ? 1")).hasMessageContaining("? 1");
    }

    private static boolean isIn(String selector, Scrape scrape) {
        return PromQl.parse(selector).selectors().get(0).isIn(scrape);
    }
}
