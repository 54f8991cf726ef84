package io.captionstream.streams;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.IncompatibleSchemaException;
import io.captionstream.event.SchemaRegistrar;
import java.util.Map;
import org.apache.avro.Schema;

/** The registry answers and holds the events' schemas. */
public final class SchemasRegistered implements Precondition {
    private final SchemaRegistrar registrar;
    private final Map<String, Schema> schemasByTopic;

    public SchemasRegistered(SchemaRegistrar registrar, Map<String, Schema> schemasByTopic) {
        this.registrar = requireNonNull(registrar, "registrar is null");
        this.schemasByTopic = Map.copyOf(schemasByTopic);
    }

    @Override
    public String description() {
        return "schema registry";
    }

    @Override
    public void check() throws UnmetPreconditionException {
        try {
            registrar.register(schemasByTopic);
        } catch (IncompatibleSchemaException e) {
            throw new UnmetPreconditionException(e.getMessage(), e);
        }
    }
}
