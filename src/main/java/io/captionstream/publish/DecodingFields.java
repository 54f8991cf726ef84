package io.captionstream.publish;

import static java.util.Objects.requireNonNull;

import com.google.common.base.CaseFormat;
import io.captionstream.event.DecodingOverrides;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Decoding options of events, by the names that their schema has. */
public final class DecodingFields {
    private DecodingFields() {}

    /**
     * Reads options.
     *
     * @param values by name, {@code beamWidth} or {@code beam-width}
     * @return null if there are none
     * @throws IllegalArgumentException if there is no such option, or it cannot have such a value
     */
    public static @Nullable DecodingOverrides parse(Map<String, String> values) {
        if (values.isEmpty()) {
            return null;
        }
        DecodingOverrides overrides = DecodingOverrides.newBuilder().build();
        values.forEach((name, value) -> {
            Schema.Field field = field(name);
            overrides.put(field.pos(), value(name, value, type(field)));
        });
        return overrides;
    }

    private static Schema.Field field(String name) {
        Schema schema = DecodingOverrides.getClassSchema();
        Schema.Field field = schema.getField(CaseFormat.LOWER_HYPHEN.to(CaseFormat.LOWER_CAMEL, name));
        if (field == null) {
            field = schema.getField(name);
        }
        if (field == null) {
            throw new IllegalArgumentException("There is no decoding option %s; there are %s"
                    .formatted(
                            name,
                            schema.getFields().stream().map(Schema.Field::name).toList()));
        }
        return field;
    }

    /** Of the union with null. */
    private static Schema.Type type(Schema.Field field) {
        return requireNonNull(field.schema().getTypes().get(1)).getType();
    }

    private static Object value(String name, String value, Schema.Type type) {
        try {
            return switch (type) {
                case INT -> Integer.valueOf(value);
                case LONG -> Long.valueOf(value);
                case DOUBLE -> Double.valueOf(value);
                case BOOLEAN -> bool(value);
                default -> throw new IllegalStateException("no decoding option is of type " + type);
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'%s' is no value of the decoding option %s".formatted(value, name), e);
        }
    }

    private static boolean bool(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(value);
        };
    }
}
