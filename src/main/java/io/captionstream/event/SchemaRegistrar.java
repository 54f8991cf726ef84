package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Registers the events' schemas under {@code <topic>-value}, with {@code FULL_TRANSITIVE} compatibility: a replay must
 * read the oldest event with the newest code, and a rollback the newest event with old code.
 */
public final class SchemaRegistrar {
    /** Compatibility of every subject. */
    public static final String COMPATIBILITY = "FULL_TRANSITIVE";

    private static final int NOT_FOUND = 404;
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

    /**
     * Whether a topic's schema is registered as it is.
     *
     * @throws RegistryUnavailableException if the registry could not be asked now
     */
    public boolean isRegistered(String topic, Schema schema) {
        String subject = topic + "-value";
        try {
            registry.getId(subject, new AvroSchema(withoutJavaProperties(schema)));
            return true;
        } catch (RestClientException e) {
            if (e.getStatus() == NOT_FOUND) {
                return false;
            }
            throw unavailable("find", subject, e);
        } catch (IOException e) {
            throw unavailable("find", subject, e);
        }
    }

    /**
     * Whether a topic's schema is compatible with what is registered, by the rule that is in force there.
     *
     * @throws RegistryUnavailableException if the registry could not be asked now
     */
    public boolean isCompatible(String topic, Schema schema) {
        String subject = topic + "-value";
        try {
            return registry.testCompatibility(subject, new AvroSchema(withoutJavaProperties(schema)));
        } catch (RestClientException e) {
            if (e.getStatus() == NOT_FOUND) {
                // Nobody has registered anything.
                return true;
            }
            throw unavailable("compare", subject, e);
        } catch (IOException e) {
            throw unavailable("compare", subject, e);
        }
    }

    private void register(String subject, Schema schema) {
        AvroSchema portable = new AvroSchema(withoutJavaProperties(schema));
        try {
            // First the rule, so that not even the first two versions can slip past it.
            registry.updateCompatibility(subject, COMPATIBILITY);
        } catch (RestClientException | IOException e) {
            // A conflict among these: another instance starts at the same moment and sets the same rule.
            throw unavailable("register", subject, e);
        }
        // A conflict with another instance is over at once, one with the schemas there are is not.
        if (add(subject, portable).isPresent()) {
            add(subject, portable).ifPresent(conflict -> {
                throw new IncompatibleSchemaException(
                        "Subject %s holds a schema that this version's is not compatible with: %s"
                                .formatted(subject, conflict.getMessage()),
                        conflict);
            });
        }
    }

    /** Empty if it went well. */
    private Optional<RestClientException> add(String subject, AvroSchema schema) {
        try {
            registry.register(subject, schema);
            return Optional.empty();
        } catch (RestClientException e) {
            if (e.getStatus() == CONFLICT) {
                return Optional.of(e);
            }
            throw unavailable("register", subject, e);
        } catch (IOException e) {
            throw unavailable("register", subject, e);
        }
    }

    private static RegistryUnavailableException unavailable(String what, String subject, Exception e) {
        return new RegistryUnavailableException(
                "Schema registry did not %s %s: %s".formatted(what, subject, e.getMessage()), e);
    }

    // As the serializer does with avro.remove.java.properties, which looks schemas up by their text.
    private static Schema withoutJavaProperties(Schema schema) {
        Object record = SpecificData.get().newRecord(null, schema);
        return AvroSchemaUtils.getSchema(record, false, false, true);
    }
}
