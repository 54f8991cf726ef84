package io.captionstream.evaluation;

import java.util.List;

/** Judges captions against references. Implementations are immutable. */
public interface CaptionMetric {
    /** As the literature writes it, for example {@code CIDEr-D}. */
    String name();

    /**
     * Judges captions; their order does not matter.
     *
     * @param cases at least one
     * @throws IllegalArgumentException if there are none
     */
    MetricScore score(List<CaptionCase> cases);

    /** All metrics, the one that agrees best with people first. */
    static List<CaptionMetric> all() {
        return List.of(
                new CiderD(), new Bleu(1), new Bleu(2), new Bleu(3), new Bleu(4), new RougeL(), new ExactCaption());
    }
}
