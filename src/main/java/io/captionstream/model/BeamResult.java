package io.captionstream.model;

import com.google.common.collect.ImmutableList;
import io.captionstream.text.Detokenizer;
import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the graph found for a batch, arrays in row-major order.
 *
 * @param beams {@code K}
 * @param steps {@code T}
 * @param tokens {@code [B, K, T]}
 * @param logProbs {@code [B, K]}
 * @param tokenLogProbs {@code [B, K, T]}
 * @param lengths {@code [B, K]}, the end token included
 * @param finished {@code [B, K]}
 */
@SuppressWarnings("ArrayRecordComponent") // carries one result from the graph to its ranking, never compared
record BeamResult(
        int beams,
        int steps,
        int[] tokens,
        float[] logProbs,
        float[] tokenLogProbs,
        int[] lengths,
        boolean[] finished) {
    /** Complete captions before those cut at the longest length, which have no comparable probability; then by score. */
    private static final Comparator<Alternative> BEST_FIRST = Comparator.comparing(
                    Alternative::complete, Comparator.reverseOrder())
            .thenComparing(Alternative::score, Comparator.reverseOrder());

    /**
     * The alternatives of each image, best first. The score is {@code log-probability / ((5 + n) / 6) ^ alpha}, {@code n}
     * counting the end token (Wu et al. 2016, "Google's Neural Machine Translation System", equation 14).
     */
    List<List<Alternative>> ranked(Vocabulary vocabulary, double lengthPenalty) {
        List<List<Alternative>> images = new ArrayList<>();
        for (int image = 0; image < logProbs.length / beams; image++) {
            List<Alternative> alternatives = new ArrayList<>();
            for (int beam = image * beams; beam < (image + 1) * beams; beam++) {
                alternatives.add(alternative(beam, vocabulary, lengthPenalty));
            }
            alternatives.sort(BEST_FIRST);
            images.add(alternatives);
        }
        return images;
    }

    private Alternative alternative(int beam, Vocabulary vocabulary, double lengthPenalty) {
        int words = finished[beam] ? lengths[beam] - 1 : lengths[beam];
        ImmutableList.Builder<Alternative.Token> listed = ImmutableList.builder();
        List<String> text = new ArrayList<>();
        for (int i = beam * steps; i < beam * steps + words; i++) {
            String word = vocabulary.word(tokens[i]);
            listed.add(new Alternative.Token(word, tokenLogProbs[i]));
            text.add(word);
        }
        double penalty = Math.pow((5.0 + lengths[beam]) / 6.0, lengthPenalty);
        return new Alternative(
                Detokenizer.detokenize(text), logProbs[beam], logProbs[beam] / penalty, finished[beam], listed.build());
    }
}
