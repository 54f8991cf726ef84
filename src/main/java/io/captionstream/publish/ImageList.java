package io.captionstream.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.captionstream.event.ImageEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** JSON lines, each with an {@link ImageRow}. */
final class ImageList implements ImageInput {
    private static final ObjectReader ROWS =
            JsonMapper.builder().addModule(new JavaTimeModule()).build().readerFor(ImageRow.class);

    private final String name;
    private final Opening opening;
    private final Path folder;
    private final EventTemplate template;
    private final Placement placement;

    /** Opens the list. */
    interface Opening {
        Reader open() throws IOException;
    }

    /**
     * @param name for messages
     * @param folder what the rows' files are relative to
     */
    ImageList(String name, Opening opening, Path folder, EventTemplate template, Placement placement) {
        this.name = name;
        this.opening = opening;
        this.folder = folder;
        this.template = template;
        this.placement = placement;
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.empty();
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        try (BufferedReader lines = new BufferedReader(opening.open())) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank() && !sink.accept(event(line, number))) {
                    return;
                }
            }
        }
    }

    private ImageEvent event(String line, int number) throws IOException {
        try {
            ImageRow row = ROWS.readValue(line);
            return row.event(template, placement, folder);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s, line %d: %s".formatted(name, number, message(e)), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s, line %d: %s".formatted(name, number, e.getMessage()), e);
        }
    }

    /** Without the place in the line, which reads like the source code of a program. */
    private static @Nullable String message(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "there is no field %s; there are %s"
                    .formatted(unknown.getPropertyName(), unknown.getKnownPropertyIds());
        }
        return e instanceof JsonMappingException mapping && mapping.getCause() != null
                ? mapping.getCause().getMessage()
                : e.getOriginalMessage();
    }
}
