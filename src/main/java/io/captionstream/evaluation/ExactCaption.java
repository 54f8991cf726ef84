package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/** The share of captions that are, word by word, one of their references; {@link ExactMatch} as a metric. */
public final class ExactCaption implements CaptionMetric {
    @Override
    public String name() {
        return "exact";
    }

    @Override
    public MetricScore score(List<CaptionCase> cases) {
        checkArgument(!cases.isEmpty(), "cases is empty");
        return MetricScore.mean(cases.stream()
                .map(item -> item.references().contains(item.candidate()) ? 1.0 : 0.0)
                .toList());
    }
}
