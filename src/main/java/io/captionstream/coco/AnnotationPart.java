package io.captionstream.coco;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Some of the images of an annotation file with all their captions, first written, then read. */
final class AnnotationPart {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ObjectWriter WRITER = JSON.writerFor(Line.class);
    private static final ObjectReader READER = JSON.readerFor(Line.class);

    private final Path source;
    private final Path file;

    private @Nullable BufferedWriter writer;

    /**
     * @param source the annotation file, for messages
     * @param file written by the first line
     */
    AnnotationPart(Path source, Path file) {
        this.source = source;
        this.file = file;
    }

    void add(Line line) throws IOException {
        if (writer == null) {
            writer = Files.newBufferedWriter(file);
        }
        writer.write(WRITER.writeValueAsString(line));
        writer.newLine();
    }

    void finish() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    /**
     * All images, in no order.
     *
     * @throws MalformedCocoException if an image is there twice, or captions are of an image that is not
     */
    Stream<CocoImage> images() throws IOException {
        if (!Files.exists(file)) {
            return Stream.of();
        }
        Map<String, Collected> images = new LinkedHashMap<>();
        try (MappingIterator<Line> lines = READER.readValues(file.toFile())) {
            while (lines.hasNextValue()) {
                Line line = lines.nextValue();
                images.computeIfAbsent(line.id, id -> new Collected()).add(line);
            }
        }
        List<CocoImage> complete = new ArrayList<>();
        for (Map.Entry<String, Collected> entry : images.entrySet()) {
            complete.add(entry.getValue().image(entry.getKey()));
        }
        return complete.stream();
    }

    /**
     * An image, then with a path, or a caption.
     *
     * @param position where it was in the annotation file
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(
            @JsonProperty("id") String id,
            @JsonProperty("path") @Nullable String path,
            @JsonProperty("caption") @Nullable String caption,
            @JsonProperty("position") long position) {}

    private final class Collected {
        private final List<String> captions = new ArrayList<>();
        private @Nullable String path;
        private long position;

        void add(Line line) throws MalformedCocoException {
            if (line.caption != null) {
                captions.add(line.caption);
            }
            if (line.path != null) {
                if (path != null) {
                    throw new MalformedCocoException(source, line.position, "image %s occurs twice".formatted(line.id));
                }
                path = line.path;
            }
            position = line.position;
        }

        CocoImage image(String id) throws MalformedCocoException {
            if (path == null) {
                throw new MalformedCocoException(
                        source,
                        position,
                        "an annotation names the image %s, which 'images' does not list".formatted(id));
            }
            try {
                return new CocoImage(id, path, captions, null);
            } catch (IllegalArgumentException e) {
                throw new MalformedCocoException(source, position, String.valueOf(e.getMessage()), e);
            }
        }
    }
}
