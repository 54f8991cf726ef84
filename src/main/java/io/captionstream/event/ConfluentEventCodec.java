package io.captionstream.event;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.UndecodableEventException.Kind;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroDeserializerConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.KafkaAvroSerializerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Events in Confluent's wire format, with Confluent's own serializers. */
public final class ConfluentEventCodec implements EventCodec {
    private static final byte MAGIC = 0;
    private static final int HEADER_BYTES = 5;

    private final SchemaRegistryClient registry;
    private final KafkaAvroSerializer serializer;
    private final KafkaAvroDeserializer deserializer;

    /**
     * @param registry the registry, whose answers it caches
     * @param config further properties of the serializers, for example subject name strategies
     */
    public ConfluentEventCodec(SchemaRegistryClient registry, Map<String, ?> config) {
        this.registry = requireNonNull(registry, "registry is null");
        AvroLimits.apply();
        Map<String, Object> properties = properties(config);
        this.serializer = new KafkaAvroSerializer(registry, properties);
        this.deserializer = new KafkaAvroDeserializer(registry, properties);
    }

    /** The serializers' properties: {@code config} on top of what the service needs. */
    static Map<String, Object> properties(Map<String, ?> config) {
        Map<String, Object> properties = new HashMap<>();
        // Required by the client even where a client instance is given.
        properties.put(AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG, "mock://unused");
        // Schemas are registered once, at start: see SchemaRegistrar.
        properties.put(AbstractKafkaSchemaSerDeConfig.AUTO_REGISTER_SCHEMAS, false);
        // Otherwise the generated classes' avro.java.string ends up in the registry, and in every other language.
        properties.put(KafkaAvroSerializerConfig.AVRO_REMOVE_JAVA_PROPS_CONFIG, true);
        properties.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_READER_CONFIG, true);
        properties.putAll(config);
        return properties;
    }

    @Override
    public ImageEvent decodeImageEvent(String topic, byte[] value) throws UndecodableEventException {
        return decode(topic, value, ImageEvent.class);
    }

    /**
     * Decodes an event.
     *
     * @param topic topic the bytes were read from
     * @param value the record value
     * @param type class of the event
     * @throws UndecodableEventException if these bytes will never become such an event
     * @throws RegistryUnavailableException if the registry could not be asked for the schema now
     */
    public <T extends SpecificRecord> T decode(String topic, byte[] value, Class<T> type)
            throws UndecodableEventException {
        return type.cast(decode(topic, value, SpecificData.get().getSchema(type)));
    }

    private Object decode(String topic, byte[] value, Schema reader) throws UndecodableEventException {
        Schema writer = writerSchema(value);
        SchemaCompatibilityType compatibility = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getType();
        if (compatibility != SchemaCompatibilityType.COMPATIBLE) {
            throw new UndecodableEventException(
                    Kind.WRONG_SCHEMA,
                    "Schema %s cannot be read as %s".formatted(writer.getFullName(), reader.getFullName()),
                    null);
        }
        try {
            return deserializer.deserialize(topic, value, reader);
        } catch (RuntimeException e) {
            throw new UndecodableEventException(Kind.CORRUPT, "Bytes do not fit their schema: " + rootMessage(e), e);
        }
    }

    // Asked for apart from decoding, so that a silent registry is never mistaken for bad bytes.
    private Schema writerSchema(byte[] value) throws UndecodableEventException {
        if (value.length < HEADER_BYTES || value[0] != MAGIC) {
            throw new UndecodableEventException(
                    Kind.NOT_AVRO, "Not in the schema registry's wire format (%d bytes)".formatted(value.length), null);
        }
        int id = ByteBuffer.wrap(value, 1, Integer.BYTES).getInt();
        try {
            ParsedSchema schema = registry.getSchemaById(id);
            if (schema.rawSchema() instanceof Schema avro) {
                return avro;
            }
            throw new UndecodableEventException(
                    Kind.WRONG_SCHEMA, "Schema %d is %s, not Avro".formatted(id, schema.schemaType()), null);
        } catch (RestClientException e) {
            if (isNotFound(e)) {
                throw new UndecodableEventException(Kind.UNKNOWN_SCHEMA, "No schema has the id " + id, e);
            }
            throw new RegistryUnavailableException("Schema registry did not give schema " + id, e);
        } catch (IOException e) {
            throw new RegistryUnavailableException("Schema registry cannot be reached", e);
        }
    }

    private static boolean isNotFound(RestClientException e) {
        // 40403 is the registry's own word; a bare 404 may be a proxy before a registry that is starting.
        return e.getErrorCode() == 40403;
    }

    @Override
    public byte[] encodeCaptionEvent(String topic, CaptionEvent event) {
        return encode(topic, event);
    }

    /**
     * Encodes an event.
     *
     * @param topic topic the bytes will be written to
     * @throws RegistryUnavailableException if the registry could not be asked for the schema's id now
     */
    public byte[] encode(String topic, SpecificRecord event) {
        try {
            return serializer.serialize(topic, event);
        } catch (SerializationException e) {
            // Writing a complete record to memory cannot fail: what can is asking for the id of its schema.
            throw new RegistryUnavailableException(
                    "Schema registry did not give the id of the schema of " + topic + ": " + rootMessage(e), e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
