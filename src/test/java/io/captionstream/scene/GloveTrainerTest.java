package io.captionstream.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GloveTrainerTest {
    private static final List<List<String>> SENTENCES = SceneFolder.captions(new SceneGenerator(1), 2000)
            .map(caption -> List.of(caption.split(" ")))
            .toList();

    @Test
    void shouldPutColorsTogether() {
        Map<String, float[]> vectors = new GloveTrainer(16, 1000, 1).train(SENTENCES);

        assertThat(cosine(vectors, "red", "blue")).isGreaterThan(cosine(vectors, "red", "circle"));
    }

    @Test
    void shouldGiveTheSameVectorsForTheSameSeed() {
        Map<String, float[]> vectors = new GloveTrainer(8, 3, 1).train(SENTENCES);
        Map<String, float[]> again = new GloveTrainer(8, 3, 1).train(SENTENCES);

        assertThat(again.keySet()).containsExactlyElementsOf(vectors.keySet());
        assertThat(again.get("star")).containsExactly(vectors.get("star"));
        assertThat(new GloveTrainer(8, 3, 2).train(SENTENCES).get("star")).isNotEqualTo(vectors.get("star"));
    }

    private static double cosine(Map<String, float[]> vectors, String one, String other) {
        float[] a = vectors.get(one);
        float[] b = vectors.get(other);
        double product = 0;
        double normA = 0;
        double normB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            normA += a[i] * a[i];
            normB += b[i] * b[i];
        }
        return product / Math.sqrt(normA * normB);
    }
}
