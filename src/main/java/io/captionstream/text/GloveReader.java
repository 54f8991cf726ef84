package io.captionstream.text;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads the text format of the published GloVe vectors: a word and its numbers a line, parted by single spaces, no
 * header. The file is streamed and only the wanted words are kept, so that the size of the file does not matter.
 *
 * <p>A wanted word that the file does not have is simply not in the result: who trains with the vectors starts such words
 * from random numbers, as those of a vocabulary without vectors. They learn with the others, and stay random where the
 * embedding is frozen. Words are compared as they are; the published files are in lower case.
 */
public final class GloveReader {
    private final int dimension;

    /** @param dimension the numbers every line must have */
    public GloveReader(int dimension) {
        checkArgument(dimension > 0, "dimension is not positive: %s", dimension);
        this.dimension = dimension;
    }

    /**
     * The vectors of those wanted words that the file has; of a word that it has twice, the first.
     *
     * @throws MalformedVectorsException if a line does not have the expected numbers; says which line
     * @throws IOException if the file cannot be read
     */
    public Map<String, float[]> read(Path file, Set<String> wanted) throws IOException {
        Map<String, float[]> vectors = new LinkedHashMap<>();
        int number = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                String word = word(line, file, number);
                if (wanted.contains(word) && !vectors.containsKey(word)) {
                    vectors.put(word, numbers(line, word.length(), file, number));
                }
            }
        } catch (CharacterCodingException e) {
            throw new MalformedVectorsException("%s is not UTF-8, after line %s".formatted(file, number));
        }
        return vectors;
    }

    /** The vectors of 840B have words with spaces in them, so the numbers are counted from the end of the line. */
    private String word(String line, Path file, int number) throws MalformedVectorsException {
        int end = line.length();
        for (int i = 0; i < dimension && end > 0; i++) {
            end = line.lastIndexOf(' ', end - 1);
        }
        if (end <= 0) {
            throw new MalformedVectorsException(
                    "%s, line %s: expected a word and %s numbers".formatted(file, number, dimension));
        }
        return line.substring(0, end);
    }

    private float[] numbers(String line, int start, Path file, int number) throws MalformedVectorsException {
        String[] fields = line.substring(start + 1).split(" ", -1);
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            try {
                vector[i] = Float.parseFloat(fields[i]);
            } catch (NumberFormatException e) {
                throw new MalformedVectorsException(
                        "%s, line %s: not a number: '%s'".formatted(file, number, fields[i]));
            }
            if (!Float.isFinite(vector[i])) {
                throw new MalformedVectorsException(
                        "%s, line %s: not a finite number: '%s'".formatted(file, number, fields[i]));
            }
        }
        return vector;
    }

    /** A file of word vectors that is not in GloVe's format or not of the expected dimension. */
    public static final class MalformedVectorsException extends IOException {
        MalformedVectorsException(String message) {
            super(message);
        }
    }
}
