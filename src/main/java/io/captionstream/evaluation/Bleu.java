package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BLEU of Papineni et al. (2002), "BLEU: a Method for Automatic Evaluation of Machine Translation", computed as
 * {@code bleu_scorer.py} of coco-caption does with its option {@code closest}: the geometric mean of the precisions of 1
 * to {@code N} words, each n-gram counted at most as often as in the reference that has it most, times {@code exp(1 -
 * r / c)} where the captions' length {@code c} is below {@code r}, the sum of the reference lengths that are closest (of
 * two equally close ones the shorter).
 *
 * <p>Of all images together, matches and lengths are summed first. A single image's score takes only its own; there, as
 * in coco-caption, {@code 1e-15} is added to matches and {@code 1e-9} to their number, so that a caption without a match
 * of some length comes out next to 0 rather than undefined. From 0 to 1.
 */
public final class Bleu implements CaptionMetric {
    private static final double TINY = 1e-15;
    private static final double SMALL = 1e-9;

    private final int longest;

    /** @param longest the longest n-gram, 1 to 4 words */
    public Bleu(int longest) {
        checkArgument(longest >= 1 && longest <= NGrams.LONGEST, "longest must be 1 to 4: %s", longest);
        this.longest = longest;
    }

    @Override
    public String name() {
        return "BLEU-" + longest;
    }

    @Override
    public MetricScore score(List<CaptionCase> cases) {
        checkArgument(!cases.isEmpty(), "cases is empty");
        Statistics sum = new Statistics();
        List<Double> perImage = new ArrayList<>();
        for (CaptionCase item : cases) {
            Statistics own = Statistics.of(item);
            sum.add(own);
            perImage.add(own.score(longest));
        }
        return new MetricScore(sum.score(longest), perImage);
    }

    /** The integers that BLEU is made of. */
    static final class Statistics {
        private final long[] matches = new long[NGrams.LONGEST];
        private final long[] guesses = new long[NGrams.LONGEST];
        private long length;
        private long referenceLength;

        static Statistics of(CaptionCase item) {
            Statistics statistics = new Statistics();
            int length = item.candidate().size();
            statistics.length = length;
            statistics.referenceLength = closestLength(item);
            List<Map<String, Integer>> most = mostPerReference(item.references());
            List<Map<String, Integer>> counts = NGrams.count(item.candidate());
            for (int n = 0; n < NGrams.LONGEST; n++) {
                statistics.guesses[n] = Math.max(0, length - n);
                for (Map.Entry<String, Integer> entry : counts.get(n).entrySet()) {
                    statistics.matches[n] +=
                            Math.min(entry.getValue(), most.get(n).getOrDefault(entry.getKey(), 0));
                }
            }
            return statistics;
        }

        static Statistics of(long length, long referenceLength, long[] guesses, long[] matches) {
            Statistics statistics = new Statistics();
            statistics.length = length;
            statistics.referenceLength = referenceLength;
            System.arraycopy(guesses, 0, statistics.guesses, 0, NGrams.LONGEST);
            System.arraycopy(matches, 0, statistics.matches, 0, NGrams.LONGEST);
            return statistics;
        }

        private static int closestLength(CaptionCase item) {
            int length = item.candidate().size();
            int closest = item.references().get(0).size();
            for (List<String> reference : item.references()) {
                int distance = Math.abs(reference.size() - length) - Math.abs(closest - length);
                if (distance < 0 || distance == 0 && reference.size() < closest) {
                    closest = reference.size();
                }
            }
            return closest;
        }

        private static List<Map<String, Integer>> mostPerReference(List<List<String>> references) {
            List<Map<String, Integer>> most = new ArrayList<>();
            for (int n = 0; n < NGrams.LONGEST; n++) {
                most.add(new HashMap<>());
            }
            for (List<String> reference : references) {
                List<Map<String, Integer>> counts = NGrams.count(reference);
                for (int n = 0; n < NGrams.LONGEST; n++) {
                    Map<String, Integer> ofLength = most.get(n);
                    counts.get(n).forEach((ngram, count) -> ofLength.merge(ngram, count, Math::max));
                }
            }
            return most;
        }

        void add(Statistics other) {
            length += other.length;
            referenceLength += other.referenceLength;
            for (int n = 0; n < NGrams.LONGEST; n++) {
                matches[n] += other.matches[n];
                guesses[n] += other.guesses[n];
            }
        }

        double score(int longest) {
            double product = 1;
            for (int n = 0; n < longest; n++) {
                product *= (matches[n] + TINY) / (guesses[n] + SMALL);
            }
            double ratio = (length + TINY) / (referenceLength + SMALL);
            return Math.pow(product, 1.0 / longest) * (ratio < 1 ? Math.exp(1 - 1 / ratio) : 1);
        }
    }
}
