package io.captionstream.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.text.Vocabulary;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyBuilderTest {
    private static final List<CaptionedImage> IMAGES = List.of(
            new CaptionedImage("1", Path.of("1.jpg"), List.of("A dog!", "a cat and a dog")),
            new CaptionedImage("2", Path.of("2.jpg"), List.of("a bird")));

    @Test
    void shouldOrderWordsByFrequencyAndName() {
        Vocabulary vocabulary = new VocabularyBuilder(1).build(IMAGES);

        assertThat(vocabulary.words().subList(4, vocabulary.size())).containsExactly("a", "dog", "and", "bird", "cat");
    }

    @Test
    void shouldLeaveRareWordsOut() {
        Vocabulary vocabulary = new VocabularyBuilder(2).build(IMAGES);

        assertThat(vocabulary.words().subList(4, vocabulary.size())).containsExactly("a", "dog");
        assertThat(vocabulary.id("cat")).isEqualTo(Vocabulary.UNKNOWN);
    }
}
