package io.captionstream.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
    @TempDir
    Path folder;

    @Test
    void shouldNumberWordsAfterTheSpecialTokens() {
        Vocabulary vocabulary = Vocabulary.of(List.of("red", "circle"));
        assertThat(vocabulary.size()).isEqualTo(6);
        assertThat(vocabulary.id("red")).isEqualTo(4);
        assertThat(vocabulary.word(5)).isEqualTo("circle");
        assertThat(vocabulary.id("blue")).isEqualTo(Vocabulary.UNKNOWN);
        assertThat(vocabulary.words()).startsWith("<pad>", "<start>", "<end>", "<unk>");
    }

    @Test
    void shouldReadBackWhatItWrote() throws IOException {
        Vocabulary vocabulary = Vocabulary.of(List.of("café", "n't", "#"));
        Path file = folder.resolve("vocabulary.txt");
        vocabulary.write(file);
        assertThat(Vocabulary.read(file).words()).isEqualTo(vocabulary.words());
    }

    @Test
    void shouldKeepItsNumbersWhenItGrows() {
        Vocabulary vocabulary = Vocabulary.of(List.of("red", "circle"));
        Vocabulary grown = vocabulary.with(List.of("blue", "red", "blue", "<end>", "star"));
        assertThat(grown.words()).startsWith(vocabulary.words().toArray(String[]::new));
        assertThat(grown.words().subList(6, grown.size())).containsExactly("blue", "star");
        assertThatThrownBy(() -> vocabulary.with(List.of(""))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseWhatIsNoVocabulary() throws IOException {
        assertThatThrownBy(() -> Vocabulary.of(List.of("red", "red"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Vocabulary.of(List.of("<end>"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Vocabulary.of(List.of(" "))).isInstanceOf(IllegalArgumentException.class);
        Path file = Files.writeString(folder.resolve("vocabulary.txt"), "<pad>\nred\n");
        assertThatThrownBy(() -> Vocabulary.read(file)).hasMessageContaining("does not begin with");
        Vocabulary vocabulary = Vocabulary.of(List.of());
        assertThatThrownBy(() -> vocabulary.word(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
