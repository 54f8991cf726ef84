package io.captionstream.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.base.Throwables;
import io.captionstream.event.RegistryUnavailableException.Reason;
import io.captionstream.event.UndecodableEventException.Kind;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfluentEventCodecTest {
    private static final ImageEvent EVENT =
            ImageEvent.newBuilder().setId("a").setUri("data:,").build();

    private FakeRegistry registry;
    private ConfluentEventCodec codec;

    @BeforeEach
    void open() throws Exception {
        registry = new FakeRegistry();
        codec = new ConfluentEventCodec(registry.client(), Map.of());
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldNameTheFieldsThatDoNotMatchAndBothTypes() {
        assertThat(mismatch("""
                {"type": "record", "name": "ImageEvent", "namespace": "io.captionstream.event", "fields": [
                    {"name": "id", "type": "long"},
                    {"name": "models", "type": {"type": "array", "items": "int"}},
                    {"name": "attributes", "type": {"type": "map", "values": "bytes"}},
                    {"name": "decoding", "type": {"type": "record", "name": "DecodingOverrides", "fields": [
                        {"name": "beamWidth", "type": "string"}]}}]}"""))
                .startsWith("Schema 1 (io.captionstream.event.ImageEvent) cannot be read as ImageEvent: ")
                .contains("field id must be string, but is written as long")
                .contains("field models[] must be string, but is written as int")
                .contains("field decoding.beamWidth must be null or int, but is written as string");
        assertThat(mismatch("{\"type\": \"record\", \"name\": \"Order\", \"fields\": []}"))
                .contains("must be io.captionstream.event.ImageEvent, but is written as Order")
                .contains("field id must be string, and is not written");
        assertThat(mismatch("\"string\""))
                .endsWith("the event must be io.captionstream.event.ImageEvent, but is written as string");
        assertThat(mismatch("[\"null\", \"string\"]")).contains("but is written as");
    }

    private String mismatch(String writer) {
        try {
            registry.schema(1, "AVRO", writer);
            codec = new ConfluentEventCodec(registry.client(), Map.of());
            UndecodableEventException e = catchThrowableOfType(
                    UndecodableEventException.class,
                    () -> codec.decodeImageEvent("image-events", FakeRegistry.value(1, (byte) 0)));
            assertThat(e.kind()).isEqualTo(Kind.WRONG_SCHEMA);
            return e.getMessage();
        } catch (RuntimeException e) {
            throw new AssertionError(writer, e);
        }
    }

    @Test
    void shouldRefuseValuesThatNestTooDeeply() {
        Schema node = SchemaBuilder.record("Node")
                .fields()
                .name("next")
                .type()
                .unionOf()
                .nullType()
                .and()
                .type("Node")
                .endUnion()
                .noDefault()
                .endRecord();
        registry.schema(
                1,
                SchemaBuilder.record("ImageEvent")
                        .namespace("io.captionstream.event")
                        .fields()
                        .name("chain")
                        .type(node)
                        .noDefault()
                        .requiredString("id")
                        .endRecord());
        byte[] body = new byte[1_000_000];
        // Each of them begins another one.
        java.util.Arrays.fill(body, (byte) 2);

        assertThat(catchThrowableOfType(
                                UndecodableEventException.class,
                                () -> codec.decodeImageEvent("image-events", FakeRegistry.value(1, body)))
                        .kind())
                .isEqualTo(Kind.CORRUPT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404|40401|captionstream topics create --schemas",
                "404|40403|captionstream topics create --schemas",
                "409|409|does not go with those that are registered",
                "401|401|credentials in captionstream.schema-registry.properties",
                "403|403|does not let this principal read",
                "403|40301|does not let this principal read"
            })
    void shouldSayWhatToDoWhereTheRegistryRefusesToName(int status, int code, String action) {
        registry.answerAll(status, "{\"error_code\": %d, \"message\": \"no\"}".formatted(code));

        RegistryUnavailableException e =
                catchThrowableOfType(RegistryUnavailableException.class, () -> codec.encode("image-events", EVENT));
        assertThat(e).hasMessageContaining("image-events").hasMessageContaining(action);
        assertThat(e.reason()).isEqualTo(Reason.REFUSED);
        // A stream treats the exceptions of Kafka as a refusal of the broker, and stops for ever.
        assertThat(Throwables.getCausalChain(e)).noneMatch(KafkaException.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 501})
    void shouldTreatErrorsOfTheRegistryAsAnOutage(int status) {
        registry.answerAll(status, "{\"error_code\": 50001, \"message\": \"no\"}");

        assertThatThrownBy(() -> codec.encode("image-events", EVENT))
                .isInstanceOfSatisfying(RegistryUnavailableException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.OUTAGE));
    }

    @Test
    void shouldNotTreatAnIncompleteEventAsAnOutage() {
        registry.answerAll(
                200,
                "{\"subject\": \"image-events-value\", \"id\": 1, \"version\": 1, \"schema\": \"\\\"string\\\"\"}");

        assertThatThrownBy(() -> codec.encode("image-events", new ImageEvent())).isInstanceOf(KafkaException.class);
    }

    @Test
    void shouldWaitForARegistryThatIsNotThere() {
        codec = new ConfluentEventCodec(new CachedSchemaRegistryClient("http://127.0.0.1:1", 10), Map.of());

        assertThatThrownBy(() -> codec.encode("image-events", EVENT))
                .isInstanceOfSatisfying(RegistryUnavailableException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.OUTAGE));
    }
}
