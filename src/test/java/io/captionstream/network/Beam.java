package io.captionstream.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captionstream.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** One beam: token numbers up to and with the end, their log-probabilities, their sum. */
public record Beam(List<Integer> ids, boolean finished, double logProbability, List<Double> tokenLogProbabilities) {
    static List<List<Beam>> read(
            TInt32 tokens, TFloat32 logProbs, TFloat32 tokenLogProbs, TInt32 lengths, TBool finished) {
        List<List<Beam>> images = new ArrayList<>();
        for (long image = 0; image < tokens.shape().get(0); image++) {
            List<Beam> beams = new ArrayList<>();
            for (long beam = 0; beam < tokens.shape().get(1); beam++) {
                int length = lengths.getInt(image, beam);
                List<Integer> ids = new ArrayList<>();
                List<Double> parts = new ArrayList<>();
                double sum = 0;
                for (long t = 0; t < tokens.shape().get(2); t++) {
                    if (t < length) {
                        ids.add(tokens.getInt(image, beam, t));
                        parts.add((double) tokenLogProbs.getFloat(image, beam, t));
                        sum += tokenLogProbs.getFloat(image, beam, t);
                    } else {
                        assertThat(tokens.getInt(image, beam, t)).isEqualTo(Vocabulary.END);
                        assertThat(tokenLogProbs.getFloat(image, beam, t)).isZero();
                    }
                }
                double total = logProbs.getFloat(image, beam);
                assertThat(sum).isCloseTo(total, within(1e-4 * Math.max(1, Math.abs(total))));
                assertThat(ids.get(ids.size() - 1) == Vocabulary.END).isEqualTo(finished.getBoolean(image, beam));
                beams.add(new Beam(ids, finished.getBoolean(image, beam), total, parts));
            }
            images.add(beams);
        }
        return images;
    }
}
