package io.captionstream.coco;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Tells the layouts of caption datasets apart and opens them. */
public final class CocoFile {
    private CocoFile() {}

    /**
     * Opens a file of Karpathy's splits or of COCO's annotations, by what is in it.
     *
     * @param progress told the bytes read while nothing can be given out yet
     * @return null if it was stopped before there was anything to give out
     * @throws MalformedCocoException if it is neither
     */
    public static @Nullable CocoSource open(Path file, LongConsumer progress, BooleanSupplier stopRequested)
            throws IOException {
        return isKarpathy(file) ? KarpathyFile.open(file) : AnnotationFile.open(file, progress, stopRequested);
    }

    private static boolean isKarpathy(Path file) throws IOException {
        try (CocoReader reader = new CocoReader(file)) {
            for (String name = reader.nextArray(); name != null; name = reader.nextArray()) {
                if (name.equals("annotations")) {
                    return false;
                }
                if (name.equals("images")) {
                    JsonNode first = reader.next(JsonNode.class);
                    return first != null && first.has("sentences");
                }
                reader.skip();
            }
            throw reader.malformed("there is neither an array 'images' nor 'annotations'");
        }
    }
}
