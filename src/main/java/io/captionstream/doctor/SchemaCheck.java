package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.SCHEMA_INCOMPATIBLE;
import static io.captionstream.doctor.Ailment.SCHEMA_MISSING;

import io.captionstream.connection.Connection;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.SchemaRegistrar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;

/** The registry holds the events' schemas, or would take them. */
final class SchemaCheck implements Check {
    private final DoctorConfig config;
    private final SchemaRegistrar registrar;

    SchemaCheck(DoctorConfig config, Connection connection) {
        this.config = config;
        this.registrar = new SchemaRegistrar(connection.registry());
    }

    @Override
    public String name() {
        return "schemas";
    }

    @Override
    public List<Finding> run() {
        Map<String, Schema> schemas = new TreeMap<>(EventSchemas.byTopic(config.topics()));
        schemas.keySet().removeIf(topic -> config.roles().stream()
                .noneMatch(role -> role.operations().containsKey(topic)));
        List<Finding> findings = new ArrayList<>();
        try {
            schemas.forEach((topic, schema) -> look(topic, schema, findings));
        } catch (RegistryUnavailableException e) {
            return List.of(Finding.skipped(name(), String.valueOf(e.getMessage())));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(name(), "all are registered or can be"));
        }
        return findings;
    }

    private void look(String topic, Schema schema, List<Finding> findings) {
        if (registrar.isRegistered(topic, schema)) {
            return;
        }
        if (!registrar.isCompatible(topic, schema)) {
            findings.add(
                    Finding.problem(
                            name(),
                            SCHEMA_INCOMPATIBLE,
                            "%s-value holds a schema that this version's is not compatible with".formatted(topic),
                            "See who registered it: the topic may be another application's. If nobody reads it any more, delete the subject"));
        } else if (!config.registers()) {
            findings.add(
                    Finding.problem(
                            name(),
                            SCHEMA_MISSING,
                            "%s-value lacks this version's schema, and captionstream.schema-registry.register is false"
                                    .formatted(topic),
                            "Register schemas/*.avsc of this version with what registers your schemas, or 'captionstream topics create --schemas'"));
        }
    }
}
