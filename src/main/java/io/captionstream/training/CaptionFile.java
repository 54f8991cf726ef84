package io.captionstream.training;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.text.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads image-caption pairs from a JSON-lines file: one object a line with {@code image} (a path, relative to the folder
 * of the file), {@code captions} (an array of texts), optionally {@code id}, by default the path as written, and
 * optionally {@code split} ({@code train}, {@code validation} or {@code test}), by default decided by the id. Other fields
 * and empty lines are ignored.
 */
public final class CaptionFile {
    private static final ObjectReader LINE = JsonMapper.builder().build().readerFor(Line.class);

    private CaptionFile() {}

    /**
     * The images in the order of the file. Whether they exist and can be decoded shows when they are used.
     *
     * @throws MalformedDatasetException if a line is not such an object, has no caption with a word in it, an unknown
     *     split, or an id that another line has; if there are no lines
     * @throws IOException if the file cannot be read
     */
    public static List<CaptionedImage> read(Path file) throws IOException {
        List<CaptionedImage> images = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                number++;
                if (text.isBlank()) {
                    continue;
                }
                CaptionedImage image = parse(text, file, number);
                if (!ids.add(image.id())) {
                    throw malformed(file, number, "id '%s' is already taken".formatted(image.id()), null);
                }
                images.add(image);
            }
        }
        if (images.isEmpty()) {
            throw new MalformedDatasetException(file + " holds no captions");
        }
        return List.copyOf(images);
    }

    private static CaptionedImage parse(String text, Path file, int number) throws MalformedDatasetException {
        Line line;
        try {
            line = LINE.readValue(text);
        } catch (JsonProcessingException e) {
            throw malformed(file, number, "not a JSON object with 'image' and 'captions'", e);
        }
        if (line.image == null || line.image.isEmpty()) {
            throw malformed(file, number, "'image' is missing", null);
        }
        if (line.captions == null || line.captions.isEmpty()) {
            throw malformed(file, number, "'captions' is missing", null);
        }
        for (String caption : line.captions) {
            if (caption == null || Tokenizer.tokenize(caption).isEmpty()) {
                throw malformed(file, number, "a caption has no words", null);
            }
        }
        Path image = file.toAbsolutePath().resolveSibling(line.image);
        String id = line.id == null ? line.image : line.id;
        return new CaptionedImage(id, image, line.captions, split(line.split, id, file, number));
    }

    private static Split split(@Nullable String name, String id, Path file, int number)
            throws MalformedDatasetException {
        try {
            return name == null ? Split.of(id) : Split.named(name);
        } catch (IllegalArgumentException e) {
            throw malformed(file, number, String.valueOf(e.getMessage()), e);
        }
    }

    private static MalformedDatasetException malformed(
            Path file, int number, String problem, @Nullable Exception cause) {
        String message = "%s, line %s: %s".formatted(file, number, problem);
        return cause == null ? new MalformedDatasetException(message) : new MalformedDatasetException(message, cause);
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Line(
            @JsonProperty("id") @Nullable String id,
            @JsonProperty("image") @Nullable String image,
            @JsonProperty("captions") @Nullable List<@Nullable String> captions,
            @JsonProperty("split") @Nullable String split) {}
}
