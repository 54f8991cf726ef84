package io.captionstream.event;

import com.google.common.base.Throwables;
import io.captionstream.event.RegistryUnavailableException.Reason;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Why the serializer got no id for the schema of an event. It says so by exceptions of Kafka's that elsewhere mean a
 * broker's refusal, which would end a stream: what leaves here does not have them as its cause.
 */
final class EncodingFailure {
    private static final int CONFLICT = 409;

    private EncodingFailure() {}

    /**
     * @param topic topic the event was to be written to
     * @param schema name of the event's schema
     * @throws KafkaException if the registry has no part in it
     */
    static RegistryUnavailableException of(String topic, String schema, KafkaException failure) {
        Optional<RestClientException> answer = find(failure, RestClientException.class);
        if (answer.isPresent()) {
            return answered(topic, schema, answer.get());
        }
        Optional<IOException> connection = find(failure, IOException.class);
        if (connection.isPresent()) {
            return new RegistryUnavailableException(
                    "Schema registry cannot be reached: " + SchemaLookup.words(connection.get()), connection.get());
        }
        if (failure instanceof SerializationException) {
            // Of the event itself.
            throw failure;
        }
        return new RegistryUnavailableException(
                "Schema registry did not give the id of the schema of %s: %s".formatted(topic, failure.getMessage()),
                null);
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        return Throwables.getCausalChain(failure).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    private static RegistryUnavailableException answered(String topic, String schema, RestClientException answer) {
        String action =
                switch (answer.getStatus()) {
                    case 404 ->
                        "the schema of %s is not registered for %s. Register it with 'captionstream topics create --schemas',"
                                        .formatted(schema, topic)
                                + " or set captionstream.schema-registry.register=true";
                    case CONFLICT, 422 ->
                        "the schema of %s does not go with those that are registered for %s; 'captionstream doctor' compares them"
                                .formatted(schema, topic);
                    case 401 ->
                        "the registry does not accept the credentials in captionstream.schema-registry.properties";
                    case 403 ->
                        "the registry does not let this principal read the schemas of %s. Allow it, or set other credentials in captionstream.schema-registry.properties"
                                .formatted(topic);
                    default -> null;
                };
        String words = SchemaLookup.words(answer);
        return action == null
                ? new RegistryUnavailableException(
                        "Schema registry did not give the id of the schema of %s: %s".formatted(topic, words), answer)
                : new RegistryUnavailableException(
                        Reason.REFUSED,
                        "Nothing can be written to %s: %s (%s)".formatted(topic, action, words),
                        answer);
    }
}
