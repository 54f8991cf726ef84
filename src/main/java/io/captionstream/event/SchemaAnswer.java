package io.captionstream.event;

import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What comes of asking the registry for the schema with an id. */
sealed interface SchemaAnswer {
    /** A schema to read with. */
    record Found(Schema schema) implements SchemaAnswer {}

    /**
     * A schema of another format, which an id keeps for ever.
     *
     * @param format as the registry names it, for example {@code PROTOBUF}
     */
    record Foreign(String format) implements SchemaAnswer {}

    /** The registry says that there is no such id. */
    record Unknown(Exception cause) implements SchemaAnswer {}

    /**
     * Something else, which may be of this id or of all of them.
     *
     * @param words what was answered, for a person to read
     */
    record Refused(String words, @Nullable Exception cause) implements SchemaAnswer {}

    /** There was no connection. */
    record Silent(Exception cause) implements SchemaAnswer {}
}
