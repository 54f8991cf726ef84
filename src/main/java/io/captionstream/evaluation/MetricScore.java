package io.captionstream.evaluation;

import java.util.List;

/**
 * What a metric says of captions.
 *
 * @param corpus of all captions together; not always the mean of the single ones
 * @param perImage in the order of the cases
 */
public record MetricScore(double corpus, List<Double> perImage) {
    public MetricScore {
        perImage = List.copyOf(perImage);
    }

    static MetricScore mean(List<Double> perImage) {
        return new MetricScore(
                perImage.stream().mapToDouble(Double::doubleValue).average().orElseThrow(), perImage);
    }
}
