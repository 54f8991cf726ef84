package io.captionstream.coco;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How far an import has come, as a file.
 *
 * @param origin names the source and all options that what comes out depends on
 * @param position all images before this one are done
 */
record ImportState(
        @JsonProperty("origin") String origin,
        @JsonProperty("position") long position) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * The state in a file; null if there is no file.
     *
     * @param origin what the state must be of
     * @throws IOException if it is of another import
     */
    static @Nullable ImportState read(Path file, String origin) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        ImportState state;
        try {
            state = JSON.readValue(file.toFile(), ImportState.class);
        } catch (JsonProcessingException e) {
            throw new IOException("%s is not the progress of an import; delete it to begin anew".formatted(file), e);
        }
        if (!origin.equals(state.origin)) {
            throw new IOException(
                    "%s is the progress of another import (%s), not of this one (%s); delete it to begin anew"
                            .formatted(file, state.origin, origin));
        }
        return state;
    }

    /** Written aside and moved, so that the file is whole at all times. */
    void write(Path file) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(aside, JSON.writeValueAsString(this) + "\n");
        Files.move(aside, file, REPLACE_EXISTING, ATOMIC_MOVE);
    }
}
