package io.captionstream.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.provision.Shortcoming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AilmentTest {
    @ParameterizedTest
    @EnumSource
    void shouldHaveANameForEveryShortcoming(Shortcoming.Kind kind) {
        assertThat(Ailment.values()).extracting(Enum::name).contains(kind.name());
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeInTheDocumentation(Ailment ailment) throws IOException {
        assertThat(Files.readString(Path.of("docs/cli.md"))).contains("| `" + ailment + "` |");
    }
}
