package io.captionstream.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/** The page about events, made from their schemas. */
final class EventReference {
    static final Path PAGE = Path.of("docs/events.md");

    private static final String INTRODUCTION = """
            # Events

            Values are Avro in the schema registry's wire format (magic byte, schema id, body), keys are strings in UTF-8.
            Subjects are named after their topics (`image-events-value`), with compatibility `FULL_TRANSITIVE`: events of any
            version can be read with the schemas of any other. The schemas are in [schemas](../schemas); topics can have
            [other names](configuration.md). Dead letters have no schema of their own: they are what was received, with
            [headers that say why](dead-letters.md). Values of Protobuf or JSON Schema ids are [refused](dead-letters.md#the-registry)
            in every topic. This page is made from the schemas.
            """;

    private final StringBuilder page = new StringBuilder(INTRODUCTION);
    private final Set<String> described = new HashSet<>();

    private EventReference() {}

    /** @param topics schemas by topic, in the order of the page */
    static String of(Map<String, Schema> topics) {
        EventReference reference = new EventReference();
        Map<Schema, List<String>> names = topics.keySet().stream()
                .collect(Collectors.groupingBy(topics::get, LinkedHashMap::new, Collectors.toList()));
        names.forEach(reference::describeEvent);
        return reference.page.toString();
    }

    private void describeEvent(Schema event, List<String> topics) {
        page.append("\n## %s\n\nTopics: %s\n"
                .formatted(
                        event.getName(),
                        topics.stream().map(topic -> "`" + topic + "`").collect(Collectors.joining(", "))));
        Deque<Schema> records = new ArrayDeque<>(List.of(event));
        while (!records.isEmpty()) {
            Schema record = records.remove();
            if (described.add(record.getFullName())) {
                describeRecord(record, record.equals(event), records);
            }
        }
    }

    private void describeRecord(Schema record, boolean event, Deque<Schema> records) {
        if (!event) {
            page.append("\n### %s\n".formatted(record.getName()));
        }
        if (record.getDoc() != null) {
            page.append("\n%s\n".formatted(record.getDoc()));
        }
        page.append("\n| field | type | |\n|---|---|---|\n");
        for (Schema.Field field : record.getFields()) {
            page.append("| `%s` | %s | %s |\n"
                    .formatted(
                            field.name(),
                            type(field.schema(), records),
                            field.doc() == null ? "" : field.doc().replace("|", "\\|")));
        }
    }

    private String type(Schema schema, Deque<Schema> records) {
        LogicalType logical = schema.getLogicalType();
        if (logical != null) {
            return logical.getName();
        }
        return switch (schema.getType()) {
            case RECORD -> {
                records.add(schema);
                yield "[%s](#%s)".formatted(schema.getName(), schema.getName().toLowerCase(Locale.ROOT));
            }
            case ARRAY -> "list of " + type(schema.getElementType(), records);
            case MAP -> "map of " + type(schema.getValueType(), records);
            case UNION ->
                schema.getTypes().stream()
                        .map(branch -> branch.getType() == Schema.Type.NULL ? "null" : type(branch, records))
                        .collect(Collectors.joining(" or "));
            default -> schema.getType().getName();
        };
    }

    /** Writes the page. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(PAGE, of(EventSchemas.byTopic(Topics.defaults())));
    }
}
