package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Registers the events' schemas under {@code <topic>-value}, with {@code FULL_TRANSITIVE} compatibility: a replay must
 * read the oldest event with the newest code, and a rollback the newest event with old code.
 */
public final class SchemaRegistrar {
    /** Compatibility of every subject. */
    public static final String COMPATIBILITY = "FULL_TRANSITIVE";

    private static final int CONFLICT = 409;

    private final SchemaRegistryClient registry;

    public SchemaRegistrar(SchemaRegistryClient registry) {
        this.registry = requireNonNull(registry, "registry is null");
    }

    /**
     * Registers each topic's schema; what is registered already stays as it is.
     *
     * @throws IncompatibleSchemaException if a subject holds a version ours is not compatible with
     * @throws RegistryUnavailableException if the registry could not be asked now
     */
    public void register(Map<String, Schema> schemasByTopic) {
        schemasByTopic.forEach((topic, schema) -> register(topic + "-value", schema));
    }

    private void register(String subject, Schema schema) {
        AvroSchema portable = new AvroSchema(withoutJavaProperties(schema));
        try {
            // First the rule, so that not even the first two versions can slip past it.
            registry.updateCompatibility(subject, COMPATIBILITY);
            registry.register(subject, portable);
        } catch (RestClientException e) {
            if (e.getStatus() == CONFLICT) {
                throw new IncompatibleSchemaException(
                        "Subject %s holds a schema that this version's is not compatible with: %s"
                                .formatted(subject, e.getMessage()),
                        e);
            }
            throw new RegistryUnavailableException("Schema registry did not register " + subject, e);
        } catch (IOException e) {
            throw new RegistryUnavailableException("Schema registry cannot be reached", e);
        }
    }

    // As the serializer does with avro.remove.java.properties, which looks schemas up by their text.
    private static Schema withoutJavaProperties(Schema schema) {
        Object record = SpecificData.get().newRecord(null, schema);
        return AvroSchemaUtils.getSchema(record, false, false, true);
    }
}
