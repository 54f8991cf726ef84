package io.captionstream.publish;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import io.captionstream.event.ImageEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A table with commas between and the names of its columns above: {@code id}, {@code uri} or {@code file},
 * {@code models} with blanks between; every other column is an attribute.
 */
final class ImageTable implements ImageInput {
    private static final Splitter MODELS = Splitter.on(CharMatcher.whitespace()).omitEmptyStrings();

    private final Path file;
    private final EventTemplate template;
    private final Placement placement;

    ImageTable(Path file, EventTemplate template, Placement placement) {
        this.file = file;
        this.template = template;
        this.placement = placement;
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.empty();
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        try (MappingIterator<Map<String, String>> rows = new CsvMapper()
                .readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .with(CsvParser.Feature.TRIM_SPACES)
                .with(CsvParser.Feature.SKIP_EMPTY_LINES)
                .readValues(Files.newBufferedReader(file))) {
            while (rows.hasNextValue()) {
                int line = rows.getCurrentLocation().getLineNr();
                if (!sink.accept(event(rows.nextValue(), line))) {
                    return;
                }
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (RuntimeJsonMappingException e) {
            throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private ImageEvent event(Map<String, String> cells, int line) throws IOException {
        Map<String, String> attributes = new LinkedHashMap<>(cells);
        String id = take(attributes, "id");
        String uri = take(attributes, "uri");
        String path = take(attributes, "file");
        String models = take(attributes, "models");
        try {
            checkArgument(
                    cells.containsKey("uri") || cells.containsKey("file"),
                    "the first line must name a column uri or file, not only %s",
                    cells.keySet());
            return new ImageRow(
                            id,
                            uri,
                            path,
                            null,
                            models == null ? null : MODELS.splitToList(models),
                            null,
                            attributes,
                            null)
                    .event(template, placement, folder());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s, line %d: %s".formatted(file, line, e.getMessage()), e);
        }
    }

    private static @Nullable String take(Map<String, String> cells, String column) {
        return Strings.emptyToNull(cells.remove(column));
    }

    private Path folder() {
        return file.toAbsolutePath().getParent();
    }
}
