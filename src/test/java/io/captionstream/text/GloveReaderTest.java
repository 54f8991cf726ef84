package io.captionstream.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Preconditions;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    @Test
    void shouldRefuseOtherEncodings() throws IOException {
        Path file = Files.write(folder.resolve("latin1.txt"), new byte[] {'c', (byte) 0xe9, ' ', '1', ' ', '2', '\n'});
        assertThatThrownBy(() -> reader.read(file, Set.of()))
                .isInstanceOf(GloveReader.MalformedVectorsException.class)
                .hasMessageContaining("latin1.txt is not UTF-8");
    }

    /** As many words and numbers as glove.6B.300d.txt has, in a process with a heap of 24 MB. */
    @Test
    void shouldStreamAFileOfFullSize() throws IOException, InterruptedException {
        Path file = folder.resolve("glove.txt");
        writeLargeFile(file);
        String classPath = Stream.of(GloveReader.class, GloveReading.class, Preconditions.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-cp",
                        classPath,
                        GloveReading.class.getName(),
                        file.toString(),
                        "word0",
                        "word399999",
                        "word400000")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output.lines()).containsExactly("word0 300 0.5", "word399999 300 0.5");
    }

    private static void writeLargeFile(Path file) throws IOException {
        String numbers = " 0.5".repeat(300) + "\n";
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int word = 0; word < 400_000; word++) {
                writer.write("word" + word);
                writer.write(numbers);
            }
        }
    }

    /** What the process does: reads the words and prints for each the length of its vector and its last number. */
    static final class GloveReading {
        private GloveReading() {}

        public static void main(String[] arguments) throws IOException {
            Set<String> wanted = Set.of(Arrays.copyOfRange(arguments, 1, arguments.length));
            new GloveReader(300)
                    .read(Path.of(arguments[0]), wanted)
                    .forEach((word, vector) -> System.out.println(word + " " + vector.length + " " + vector[299]));
        }
    }
}
