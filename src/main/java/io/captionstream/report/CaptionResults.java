package io.captionstream.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.model.Alternative;
import io.captionstream.report.SystemCaptions.Caption;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads captions that were made elsewhere: COCO's results format, an array of {@code image_id} and {@code caption}, or
 * caption events as JSON lines, as Kafka's console consumer prints them.
 */
public final class CaptionResults {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private CaptionResults() {}

    /**
     * The captions of one system, or of each model in the events. Of several events of one image the last counts.
     *
     * @throws IOException if the file cannot be read or is neither, or names an image twice in COCO's format; the message
     *     says where
     */
    public static List<SystemCaptions> read(Path file) throws IOException {
        List<SystemCaptions> systems = isArray(file) ? List.of(readResults(file)) : readEvents(file);
        if (systems.stream().allMatch(system -> system.captions().isEmpty())) {
            throw new IOException(file + " holds no captions");
        }
        return systems;
    }

    private static boolean isArray(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int character = reader.read();
            while (Character.isWhitespace(character)) {
                character = reader.read();
            }
            return character == '[';
        }
    }

    private static SystemCaptions readResults(Path file) throws IOException {
        Map<String, Caption> captions = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(Files.newInputStream(file))) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Result result = parser.readValueAs(Result.class);
                long position = parser.currentLocation().getByteOffset();
                if (result == null || result.imageId == null || result.caption == null) {
                    throw new IOException(
                            "%s, byte %d: not an object with 'image_id' and 'caption'".formatted(file, position));
                }
                if (captions.put(result.imageId.asText(), new Caption(result.caption, List.of())) != null) {
                    throw new IOException(
                            "%s, byte %d: image %s occurs twice".formatted(file, position, result.imageId.asText()));
                }
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "%s, byte %d: %s".formatted(file, e.getLocation().getByteOffset(), e.getOriginalMessage()), e);
        }
        return new SystemCaptions(String.valueOf(file.getFileName()), Map.of(), captions);
    }

    private static List<SystemCaptions> readEvents(Path file) throws IOException {
        Map<String, Map<String, Caption>> models = new LinkedHashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    Event event = event(line, file, number);
                    for (ModelCaption caption : event.captions()) {
                        models.computeIfAbsent(caption.name(), name -> new LinkedHashMap<>())
                                .put(event.id(), caption.caption());
                    }
                }
            }
        }
        return models.entrySet().stream()
                .map(model -> new SystemCaptions(model.getKey(), Map.of(), model.getValue()))
                .toList();
    }

    private static Event event(String line, Path file, int number) throws IOException {
        try {
            Event event = JSON.readValue(line, Event.class);
            if (event != null && event.isWhole()) {
                return event;
            }
        } catch (JsonProcessingException e) {
            throw new IOException("%s, line %d: %s".formatted(file, number, e.getOriginalMessage()), e);
        }
        throw new IOException("%s, line %d: not a caption event with 'id' and 'captions'".formatted(file, number));
    }

    private record Result(
            @JsonProperty("image_id") @Nullable JsonNode imageId,
            @JsonProperty("caption") @Nullable String caption) {}

    private record Event(
            @JsonProperty("id") String id,
            @JsonProperty("captions") List<ModelCaption> captions) {
        @SuppressWarnings("ConstantValue") // Jackson leaves absent fields null
        boolean isWhole() {
            return id != null && captions != null && captions.stream().allMatch(ModelCaption::isWhole);
        }
    }

    private record ModelCaption(
            @JsonProperty("model") String model,
            @JsonProperty("version") @Nullable String version,
            @JsonProperty("caption") String text,
            @JsonProperty("alternatives") @Nullable List<Beam> alternatives,
            @JsonProperty("confidence") @Nullable JsonNode confidence) {
        @SuppressWarnings("ConstantValue") // Jackson leaves absent fields null
        boolean isWhole() {
            return model != null && text != null;
        }

        String name() {
            return version == null ? model : model + " " + version;
        }

        Caption caption() {
            return new Caption(
                    text,
                    alternatives == null
                            ? List.of()
                            : alternatives.stream().map(Beam::alternative).toList(),
                    confidence(confidence));
        }

        /** Avro's JSON names the type of an optional value: {"double": 0.9}. */
        private static @Nullable Double confidence(@Nullable JsonNode value) {
            if (value == null) {
                return null;
            }
            JsonNode number = value.isObject() ? value.path("double") : value;
            return number.isNumber() ? number.doubleValue() : null;
        }
    }

    private record Beam(
            @JsonProperty("text") @Nullable String text,
            @JsonProperty("logProbability") double logProbability,
            @JsonProperty("score") double score,
            @JsonProperty("complete") boolean complete,
            @JsonProperty("tokens") @Nullable List<TokenScore> tokens) {
        Alternative alternative() {
            return new Alternative(
                    text == null ? "" : text,
                    logProbability,
                    score,
                    complete,
                    tokens == null
                            ? List.of()
                            : tokens.stream().map(TokenScore::token).toList());
        }
    }

    private record TokenScore(
            @JsonProperty("token") @Nullable String text,
            @JsonProperty("logProbability") float logProbability) {
        Alternative.Token token() {
            return new Alternative.Token(text == null ? "" : text, logProbability);
        }
    }
}
