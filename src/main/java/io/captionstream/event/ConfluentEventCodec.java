package io.captionstream.event;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.captionstream.event.UndecodableEventException.Kind;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.KafkaAvroSerializerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Events in Confluent's wire format. They are written with Confluent's serializer and read with Avro: the registry is asked
 * for the writer's schema apart from decoding, and once only, so that its silence is never mistaken for bad bytes.
 */
public final class ConfluentEventCodec implements EventCodec {
    private static final byte MAGIC = 0;
    private static final int HEADER_BYTES = 5;
    private static final int MAX_READINGS = 1_000;

    private final KafkaAvroSerializer serializer;
    private final WriterSchemas schemas;
    private final Cache<ReadingKey, Reading> readings =
            CacheBuilder.newBuilder().maximumSize(MAX_READINGS).build();

    /** As the other constructor, without patience: fit for who reads once. */
    public ConfluentEventCodec(SchemaRegistryClient registry, Map<String, ?> config) {
        this(registry, config, RegistryPatience.NONE, Ticker.systemTicker());
    }

    /**
     * @param registry the registry, whose answers it caches
     * @param config further properties of the serializer, for example subject name strategies
     * @param patience how long schema ids may be unknown or refused; shared by all topics
     */
    public ConfluentEventCodec(
            SchemaRegistryClient registry, Map<String, ?> config, RegistryPatience patience, Ticker ticker) {
        AvroLimits.apply();
        this.serializer = new KafkaAvroSerializer(registry, properties(config));
        this.schemas = new WriterSchemas(registry, patience, ticker);
    }

    private static Map<String, Object> properties(Map<String, ?> config) {
        Map<String, Object> properties = new HashMap<>();
        // Required by the client even where a client instance is given.
        properties.put(AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG, "mock://unused");
        // Schemas are registered once, at start: see SchemaRegistrar.
        properties.put(AbstractKafkaSchemaSerDeConfig.AUTO_REGISTER_SCHEMAS, false);
        // Otherwise the generated classes' avro.java.string ends up in the registry, and in every other language.
        properties.put(KafkaAvroSerializerConfig.AVRO_REMOVE_JAVA_PROPS_CONFIG, true);
        properties.putAll(config);
        return properties;
    }

    @Override
    public ImageEvent decodeImageEvent(String topic, byte[] value) throws UndecodableEventException {
        return decode(topic, value, ImageEvent.class);
    }

    /**
     * Decodes an event. Throws nothing else, whatever the bytes are.
     *
     * @param topic topic the bytes were read from
     * @param value the record value
     * @param type class of the event
     * @throws UndecodableEventException if these bytes will never become such an event, or patience is over
     * @throws RegistryUnavailableException if the registry does not give the schema now
     */
    public <T extends SpecificRecord> T decode(String topic, byte[] value, Class<T> type)
            throws UndecodableEventException {
        int id = schemaId(value);
        Schema writer = schemas.get(id);
        Reading reading =
                readings.asMap().computeIfAbsent(new ReadingKey(id, type), key -> Reading.of(id, writer, type));
        if (reading.reader() == null) {
            throw new UndecodableEventException(Kind.WRONG_SCHEMA, reading.mismatch(), null);
        }
        try {
            return type.cast(reading.reader()
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, null)));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // The last of schemas that contain themselves: bytes can nest them as deeply as they are long.
            throw new UndecodableEventException(Kind.CORRUPT, "Bytes do not fit their schema: " + rootMessage(e), e);
        }
    }

    private static int schemaId(byte[] value) throws UndecodableEventException {
        if (value.length < HEADER_BYTES || value[0] != MAGIC) {
            throw new UndecodableEventException(
                    Kind.NOT_AVRO, "Not in the schema registry's wire format (%d bytes)".formatted(value.length), null);
        }
        return ByteBuffer.wrap(value, 1, Integer.BYTES).getInt();
    }

    @Override
    public byte[] encodeCaptionEvent(String topic, CaptionEvent event) {
        return encode(topic, event);
    }

    /**
     * Encodes an event.
     *
     * @param topic topic the bytes will be written to
     * @throws RegistryUnavailableException if the registry did not give the schema's id; its message says what to do
     * @throws KafkaException if the event is not complete
     */
    public byte[] encode(String topic, SpecificRecord event) {
        try {
            return serializer.serialize(topic, event);
        } catch (KafkaException e) {
            throw EncodingFailure.of(topic, event.getSchema().getName(), e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    private record ReadingKey(int id, Class<?> type) {}

    /**
     * How events are read that were written with one schema.
     *
     * @param reader null if they cannot be
     * @param mismatch why not
     */
    private record Reading(@Nullable SpecificDatumReader<Object> reader, String mismatch) {
        static Reading of(int id, Schema writer, Class<?> type) {
            Schema expected = SpecificData.get().getSchema(type);
            String mismatch = SchemaMismatch.describe(expected, writer);
            return mismatch.isEmpty()
                    ? new Reading(new SpecificDatumReader<>(writer, expected), mismatch)
                    : new Reading(
                            null,
                            "Schema %d (%s) cannot be read as %s: %s"
                                    .formatted(id, writer.getFullName(), expected.getName(), mismatch));
        }
    }
}
