package io.captionstream.coco;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the arrays of a JSON object, value by value, without holding the file. All that is wrong with the text
 * comes out as a {@link MalformedCocoException}.
 */
final class CocoReader implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path file;
    private final JsonParser parser;

    CocoReader(Path file) throws IOException {
        this.file = file;
        this.parser = JSON.createParser(Files.newInputStream(file));
        try {
            if (token() != JsonToken.START_OBJECT) {
                throw malformed("not a JSON object with 'images'");
            }
        } catch (IOException e) {
            parser.close();
            throw e;
        }
    }

    /** Goes on to the next array in the object; its name, or null at the end of the object. */
    @Nullable
    String nextArray() throws IOException {
        while (token() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (token() == JsonToken.START_ARRAY) {
                return name;
            }
            skip();
        }
        return null;
    }

    /** Leaves out what is left of the value just begun. */
    void skip() throws IOException {
        try {
            parser.skipChildren();
        } catch (JsonProcessingException e) {
            throw malformed(e);
        }
    }

    /** The next value of the array; null at its end. */
    <T> @Nullable T next(Class<T> type) throws IOException {
        if (token() == JsonToken.END_ARRAY) {
            return null;
        }
        try {
            T value = parser.readValueAs(type);
            if (value == null) {
                throw malformed("null where an object should be");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw malformed(e);
        }
    }

    private @Nullable JsonToken token() throws IOException {
        try {
            JsonToken token = parser.nextToken();
            if (token == null && !parser.isClosed()) {
                throw malformed("the file ends too early");
            }
            return token;
        } catch (JsonProcessingException e) {
            throw malformed(e);
        }
    }

    /** An id as text; numbers and texts are ids. */
    String id(@Nullable JsonNode id, String field) throws MalformedCocoException {
        if (id == null || !id.isIntegralNumber() && !id.isTextual()) {
            throw malformed("'%s' is missing".formatted(field));
        }
        return id.asText();
    }

    long position() {
        return Math.max(0, parser.currentLocation().getByteOffset());
    }

    MalformedCocoException malformed(String problem) {
        return new MalformedCocoException(file, position(), problem);
    }

    private MalformedCocoException malformed(JsonProcessingException cause) {
        return new MalformedCocoException(
                file,
                cause.getLocation() == null ? position() : cause.getLocation().getByteOffset(),
                cause.getOriginalMessage(),
                cause);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
