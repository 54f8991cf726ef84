package io.captionstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class EventReferenceTest {
    @Test
    void shouldBeMadeFromTheSchemas() throws IOException {
        assertThat(Files.readString(EventReference.PAGE))
                .as("docs/events.md; EventReference.main writes it anew")
                .isEqualTo(EventReference.of(EventSchemas.byTopic(Topics.defaults())));
    }

    @Test
    void shouldDescribeRecordsInsideOfOthersOnce() {
        Schema part = SchemaBuilder.record("Part")
                .doc("A part.")
                .fields()
                .requiredInt("size")
                .endRecord();
        Schema whole = SchemaBuilder.record("Whole")
                .fields()
                .name("parts")
                .doc("All | of them.")
                .type()
                .array()
                .items(part)
                .noDefault()
                .name("first")
                .type(part)
                .noDefault()
                .optionalString("name")
                .endRecord();

        assertThat(EventReference.of(Map.of("wholes", whole)))
                .contains("## Whole\n\nTopics: `wholes`\n")
                .contains("| `parts` | list of [Part](#part) | All \\| of them. |\n")
                .contains("| `first` | [Part](#part) |  |\n")
                .contains("| `name` | null or string |  |\n")
                .containsOnlyOnce("### Part\n\nA part.\n\n| field | type | |\n|---|---|---|\n| `size` | int |  |\n");
    }
}
