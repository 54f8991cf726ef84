package io.captionstream.text;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes word vectors in the text format that {@link GloveReader} reads. */
public final class GloveWriter {
    private GloveWriter() {}

    /**
     * Writes the vectors in the order of the map.
     *
     * @throws IOException if the file cannot be written
     */
    public static void write(Path file, Map<String, float[]> vectors) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (Map.Entry<String, float[]> entry : vectors.entrySet()) {
                writer.write(entry.getKey());
                for (float value : entry.getValue()) {
                    writer.write(' ');
                    writer.write(Float.toString(value));
                }
                writer.write('\n');
            }
        }
    }
}
