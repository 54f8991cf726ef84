package io.captionstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the schemas to what was released: every folder of schemas/released is a release, and today's schemas must read
 * and be read by each.
 */
class SchemaCompatibilityTest {
    private static final Path SCHEMAS = Path.of("schemas");

    static Stream<Arguments> releasedSchemas() throws IOException {
        try (Stream<Path> files = Files.walk(SCHEMAS.resolve("released"))) {
            List<Arguments> cases = files.filter(file -> file.toString().endsWith(".avsc"))
                    .map(file -> Arguments.of(file.getFileName().toString(), file))
                    .toList();
            assertThat(cases).isNotEmpty();
            return cases.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("releasedSchemas")
    void shouldReadAndBeReadByEveryRelease(String name, Path released) throws IOException {
        Path current = SCHEMAS.resolve(name);
        assertThat(current).as("a released schema cannot be removed").exists();

        Schema today = new Schema.Parser().parse(current.toFile());
        Schema then = new Schema.Parser().parse(released.toFile());

        assertCanRead(today, then);
        assertCanRead(then, today);
    }

    private static void assertCanRead(Schema reader, Schema writer) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        assertThat(result.getType())
                .as(() -> result.getResult().getIncompatibilities().toString())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    static Stream<Path> currentSchemas() throws IOException {
        try (Stream<Path> files = Files.list(SCHEMAS)) {
            return files.filter(file -> file.toString().endsWith(".avsc")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("currentSchemas")
    void shouldDocumentEveryRecordAndField(Path file) throws IOException {
        assertDocumented(new Schema.Parser().parse(file.toFile()));
    }

    private static void assertDocumented(Schema schema) {
        switch (schema.getType()) {
            case RECORD -> {
                assertThat(schema.getDoc()).as(schema.getFullName()).isNotBlank();
                for (Schema.Field field : schema.getFields()) {
                    assertThat(field.doc())
                            .as("%s.%s", schema.getName(), field.name())
                            .isNotBlank();
                    assertDocumented(field.schema());
                }
            }
            case ARRAY -> assertDocumented(schema.getElementType());
            case MAP -> assertDocumented(schema.getValueType());
            case UNION -> schema.getTypes().forEach(SchemaCompatibilityTest::assertDocumented);
            default -> {
                // Primitive types have no documentation of their own.
            }
        }
    }
}
