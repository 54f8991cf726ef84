package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D of Vedantam et al. (2015), "CIDEr: Consensus-based Image Description Evaluation", computed as {@code
 * cider_scorer.py} of coco-caption does. A caption is one vector for each n-gram length 1 to 4: the count {@code h} of
 * an n-gram times {@code log(I) - log(max(1, d))}, where {@code d} of the {@code I} images have it in a reference. The
 * similarity to a reference's vector {@code r} is {@code sum(min(h, r) r) / (|h| |r|)}, times {@code exp(-(l_h -
 * l_r)^2 / (2 6^2))} for the lengths (in word pairs, as there); the score is ten times the mean over lengths of n-grams
 * and references. Of all images together the mean. From 0 to 10; n-grams that every image has weigh nothing, so that a
 * single image, or images with equal references, get 0 whatever their captions.
 */
public final class CiderD implements CaptionMetric {
    private static final double SIGMA = 6;
    private static final double SCALE = 10;

    @Override
    public String name() {
        return "CIDEr-D";
    }

    @Override
    public MetricScore score(List<CaptionCase> cases) {
        checkArgument(!cases.isEmpty(), "cases is empty");
        Corpus corpus = Corpus.of(cases);
        return MetricScore.mean(cases.stream().map(corpus::score).toList());
    }

    /**
     * What the references of all images say about n-grams.
     *
     * @param logImages logarithm of the number of images
     * @param documentFrequencies number of images with the n-gram in a reference
     */
    private record Corpus(double logImages, Map<String, Integer> documentFrequencies) {
        static Corpus of(List<CaptionCase> cases) {
            Map<String, Integer> frequencies = new HashMap<>();
            for (CaptionCase item : cases) {
                Set<String> ofImage = new HashSet<>();
                for (List<String> reference : item.references()) {
                    NGrams.count(reference).forEach(counts -> ofImage.addAll(counts.keySet()));
                }
                ofImage.forEach(ngram -> frequencies.merge(ngram, 1, Integer::sum));
            }
            return new Corpus(Math.log(cases.size()), frequencies);
        }

        double score(CaptionCase item) {
            Vectors candidate = vectors(item.candidate());
            double sum = 0;
            for (List<String> reference : item.references()) {
                sum += candidate.similarity(vectors(reference));
            }
            return SCALE * sum / item.references().size();
        }

        private Vectors vectors(List<String> words) {
            List<Map<String, Double>> weights = new ArrayList<>();
            for (Map<String, Integer> counts : NGrams.count(words)) {
                Map<String, Double> ofLength = new HashMap<>();
                counts.forEach((ngram, count) -> ofLength.put(ngram, count * inverseFrequency(ngram)));
                weights.add(ofLength);
            }
            return new Vectors(weights, Math.max(0, words.size() - 1));
        }

        private double inverseFrequency(String ngram) {
            return logImages - Math.log(documentFrequencies.getOrDefault(ngram, 1));
        }
    }

    /**
     * A caption.
     *
     * @param weights one vector for each length of n-grams
     * @param pairs number of word pairs
     */
    private record Vectors(List<Map<String, Double>> weights, int pairs) {
        double similarity(Vectors reference) {
            double sum = 0;
            for (int n = 0; n < weights.size(); n++) {
                sum += clippedCosine(weights.get(n), reference.weights.get(n));
            }
            double difference = pairs - reference.pairs;
            return sum / weights.size() * Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
        }

        private static double clippedCosine(Map<String, Double> candidate, Map<String, Double> reference) {
            double product = 0;
            for (Map.Entry<String, Double> entry : candidate.entrySet()) {
                double weight = reference.getOrDefault(entry.getKey(), 0.0);
                product += Math.min(entry.getValue(), weight) * weight;
            }
            double norms = norm(candidate) * norm(reference);
            return norms == 0 ? 0 : product / norms;
        }

        private static double norm(Map<String, Double> vector) {
            return Math.sqrt(vector.values().stream()
                    .mapToDouble(weight -> weight * weight)
                    .sum());
        }
    }
}
