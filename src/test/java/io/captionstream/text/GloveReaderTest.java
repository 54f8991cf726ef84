package io.captionstream.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GloveReaderTest {
    @TempDir
    Path folder;

    private final GloveReader reader = new GloveReader(2);

    @Test
    void shouldKeepOnlyWantedWords() throws IOException {
        Path file = Files.writeString(folder.resolve("glove.txt"), "the 0.5 -1e-2\nred 1 2\nblue 3 4\nred 5 6\n");

        Map<String, float[]> vectors = reader.read(file, Set.of("red", "the", "missing"));

        assertThat(vectors).containsOnlyKeys("the", "red");
        assertThat(vectors.get("the")).containsExactly(0.5f, -0.01f);
        assertThat(vectors.get("red")).containsExactly(1, 2);
    }

    @Test
    void shouldReadWordsWithSpaces() throws IOException {
        Path file = Files.writeString(folder.resolve("glove.txt"), ". . 1 2\n");

        assertThat(reader.read(file, Set.of(". ."))).containsOnlyKeys(". .");
    }

    @Test
    void shouldReadWhatTheWriterWrites() throws IOException {
        Path file = folder.resolve("glove.txt");
        Map<String, float[]> vectors = new LinkedHashMap<>();
        vectors.put("red", new float[] {0.1f, -3.4028235e38f});
        vectors.put("blue", new float[] {1.4e-45f, 0});

        GloveWriter.write(file, vectors);

        assertThat(reader.read(file, Set.of("red", "blue")))
                .usingRecursiveComparison()
                .isEqualTo(vectors);
    }

    @Test
    void shouldSayWhichLineIsMalformed() throws IOException {
        Path shortLine = Files.writeString(folder.resolve("short.txt"), "red 1 2\nblue 3\n");
        assertThatThrownBy(() -> reader.read(shortLine, Set.of("red")))
                .isInstanceOf(GloveReader.MalformedVectorsException.class)
                .hasMessageContaining("short.txt, line 2");

        Path word = Files.writeString(folder.resolve("word.txt"), "red 1 x\n");
        assertThatThrownBy(() -> reader.read(word, Set.of("red")))
                .isInstanceOf(GloveReader.MalformedVectorsException.class)
                .hasMessageContaining("line 1: not a number: 'x'");

        Path infinite = Files.writeString(folder.resolve("infinite.txt"), "red 1 NaN\n");
        assertThatThrownBy(() -> reader.read(infinite, Set.of("red")))
                .isInstanceOf(GloveReader.MalformedVectorsException.class)
                .hasMessageContaining("not a finite number");
    }
}
