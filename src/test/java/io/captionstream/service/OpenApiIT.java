package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Whoever generated a client from the description is to hear of its changes: they are in a commit. */
class OpenApiIT {
    @Test
    void shouldBeDescribedAsItIs() throws IOException {
        Path built = Path.of("target/openapi/openapi.yaml");

        assertThat(Files.readString(Path.of("docs/openapi.yaml")))
                .as("docs/openapi.yaml; if the change is meant: cp %s docs", built)
                .isEqualTo(Files.readString(built));
    }
}
