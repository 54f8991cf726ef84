package io.captionstream.event;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.SchemaCompatibility.SchemaIncompatibilityType;

/** Says in which fields a reader's and a writer's schema do not match, and how. */
final class SchemaMismatch {
    private static final int MAX_NAMED = 3;

    private SchemaMismatch() {}

    /** Empty if the one can read what was written with the other. */
    static String describe(Schema reader, Schema writer) {
        List<String> all = mismatches("", reader, writer);
        String named = String.join("; ", all.subList(0, Math.min(MAX_NAMED, all.size())));
        return all.size() > MAX_NAMED ? named + "; and %d more".formatted(all.size() - MAX_NAMED) : named;
    }

    private static List<String> mismatches(String parent, Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .flatMap(incompatibility -> describe(parent, reader, incompatibility).stream())
                .toList();
    }

    private static List<String> describe(String parent, Schema reader, Incompatibility incompatibility) {
        Schema expected = incompatibility.getReaderFragment();
        Schema written = incompatibility.getWriterFragment();
        String path = path(parent, reader, incompatibility.getLocation());
        if (incompatibility.getType() == SchemaIncompatibilityType.MISSING_UNION_BRANCH) {
            // Avro looks no further than the union; people want to know why a branch of the same name is none.
            List<String> inBranch = expected.getTypes().stream()
                    .filter(branch -> branch.getType() == written.getType()
                            && branch.getFullName().equals(written.getFullName()))
                    .flatMap(branch -> mismatches(path, branch, written).stream())
                    .toList();
            if (!inBranch.isEmpty()) {
                return inBranch;
            }
        }
        return List.of(what(path) + " must be " + difference(incompatibility, expected, written));
    }

    private static String what(String path) {
        return path.isEmpty() ? "the event" : "field " + path;
    }

    private static String difference(Incompatibility incompatibility, Schema expected, Schema written) {
        return switch (incompatibility.getType()) {
            case READER_FIELD_MISSING_DEFAULT_VALUE -> {
                Schema.Field field = expected.getField(incompatibility.getMessage());
                yield "%s, and is not written".formatted(field == null ? "there" : type(field.schema()));
            }
            case MISSING_ENUM_SYMBOLS -> "%s, which lacks %s".formatted(type(expected), incompatibility.getMessage());
            default -> "%s, but is written as %s".formatted(type(expected), type(written));
        };
    }

    /**
     * What a location in the reader's schema is called by people.
     *
     * @param location as Avro gives it, for example {@code /fields/4/type/1/fields/0/type}
     */
    private static String path(String parent, Schema reader, String location) {
        String path;
        try {
            path = names(reader, location);
        } catch (RuntimeException e) {
            // A location in the writer's schema, where the two have no longer the same form.
            path = location;
        }
        return parent.isEmpty() || path.isEmpty() ? parent + path : parent + "." + path;
    }

    private static String names(Schema reader, String location) {
        StringBuilder path = new StringBuilder();
        Schema at = reader;
        boolean inFields = false;
        for (String step : location.split("/")) {
            if (inFields) {
                Schema.Field field = at.getFields().get(Integer.parseInt(step));
                path.append(path.isEmpty() ? "" : ".").append(field.name());
                at = field.schema();
                inFields = false;
            } else if (step.equals("items")) {
                path.append("[]");
                at = at.getElementType();
            } else if (step.equals("values")) {
                path.append("{}");
                at = at.getValueType();
            } else if (at.isUnion() && step.matches("\\d+")) {
                // A branch that only the writer has is one of its own numbers.
                int branch = Integer.parseInt(step);
                at = branch < at.getTypes().size() ? at.getTypes().get(branch) : at;
            } else {
                inFields = step.equals("fields");
            }
        }
        return path.toString();
    }

    private static String type(Schema schema) {
        return switch (schema.getType()) {
            case UNION -> schema.getTypes().stream().map(SchemaMismatch::type).collect(Collectors.joining(" or "));
            case ARRAY -> "array of " + type(schema.getElementType());
            case MAP -> "map of " + type(schema.getValueType());
            case RECORD, ENUM, FIXED -> schema.getFullName();
            default ->
                schema.getLogicalType() == null
                        ? schema.getName()
                        : "%s (%s)"
                                .formatted(
                                        schema.getName(),
                                        schema.getLogicalType().getName());
        };
    }
}
