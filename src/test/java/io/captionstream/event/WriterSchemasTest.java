package io.captionstream.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.captionstream.event.RegistryUnavailableException.Reason;
import io.captionstream.event.UndecodableEventException.Kind;
import io.captionstream.inference.ManualTicker;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of values by what the registry says of their schemas. */
class WriterSchemasTest {
    private static final int ID = 7;
    private static final RegistryPatience PATIENCE =
            new RegistryPatience(Duration.ofMinutes(5), Duration.ofSeconds(30));
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Schema ID_ONLY = SchemaBuilder.record("ImageEvent")
            .namespace("io.captionstream.event")
            .fields()
            .requiredString("id")
            .endRecord();
    /** The id "a". */
    private static final byte[] VALUE = FakeRegistry.value(ID, (byte) 2, (byte) 'a');

    private final ManualTicker ticker = new ManualTicker();
    private FakeRegistry registry;
    private ConfluentEventCodec codec;

    @BeforeEach
    void open() throws Exception {
        registry = new FakeRegistry();
        codec = new ConfluentEventCodec(registry.client(), Map.of(), PATIENCE, ticker);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private ImageEvent decode() throws UndecodableEventException {
        return codec.decodeImageEvent("image-events", VALUE);
    }

    private RegistryUnavailableException waits() {
        return catchThrowableOfType(RegistryUnavailableException.class, this::decode);
    }

    private UndecodableEventException refuses() {
        return catchThrowableOfType(UndecodableEventException.class, this::decode);
    }

    /** Tries again and again, as the pipeline does; returns what came of the last attempt. */
    private Throwable tryFor(Duration time) {
        Throwable last = catchThrowable(this::decode);
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(STEP)) {
            ticker.advance(STEP);
            last = catchThrowable(this::decode);
        }
        return last;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROTOBUF|syntax = \"proto3\"; message ImageEvent { string id = 1; }",
                "JSON|{\"type\": \"object\"}"
            })
    void shouldRefuseSchemasOfOtherFormatsAtOnce(String format, String schema) {
        registry.schema(ID, format, schema);

        for (int i = 0; i < 1000; i++) {
            assertThat(refuses())
                    .hasMessage("Schema 7 is %s, not Avro".formatted(format))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.WRONG_SCHEMA));
        }
        assertThat(registry.requests).hasSize(1);
    }

    @Test
    void shouldReadWhatAReplicaThatLagsLearnsLater() throws Exception {
        assertThat(waits().reason()).isEqualTo(Reason.UNKNOWN_ID);
        assertThat(tryFor(STEP)).isInstanceOf(RegistryUnavailableException.class);

        registry.schema(ID, ID_ONLY);
        ticker.advance(STEP);
        assertThat(decode().getId()).isEqualTo("a");
    }

    @Test
    void shouldRefuseWhatTheRegistryDoesNotLearnInTime() throws Exception {
        assertThat(tryFor(Duration.ofSeconds(20))).isInstanceOf(RegistryUnavailableException.class);
        assertThat(tryFor(STEP))
                .isInstanceOf(UndecodableEventException.class)
                .hasMessage("No schema has the id 7, for 30 s by now");
        assertThat(refuses().kind()).isEqualTo(Kind.UNKNOWN_SCHEMA);

        // Never too late for those that come then.
        registry.schema(ID, ID_ONLY);
        ticker.advance(Duration.ofSeconds(10));
        assertThat(decode().getId()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403|{\"error_code\": 40301, \"message\": \"User is denied\"}|HTTP 403: User is denied",
                "401|Unauthorized|HTTP 401",
                "500|{\"error_code\": 50001, \"message\": \"Store failed\"}|HTTP 500: Store failed",
                "422|{\"error_code\": 42201, \"message\": \"Invalid\"}|HTTP 422",
                "404|<html>no such page</html>|no such page",
                "404|{\"error_code\": 40401, \"message\": \"Subject gone\"}|HTTP 404: Subject gone",
                "403|''|HTTP 403",
                "200|<html>welcome</html>|Unexpected character",
                "200|null|null",
                "200|{\"schema\": \"{\\\"type\\\": \\\"recort\\\"}\"}|not valid",
                "200|{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"A\\\", \\\"fields\\\": [{\\\"name\\\": \\\"x\\\", \\\"type\\\": \\\"Gone\\\"}]}\", \"references\": [{\"name\": \"Gone\", \"subject\": \"gone-value\", \"version\": 1}]}|references"
            })
    void shouldRefuseAnIdThatTheRegistryDoesNotAnswerInTime(int status, String body, String reason) throws Exception {
        registry.answer(ID, status, body);

        assertThat(waits()).hasMessageContaining(reason).satisfies(e -> assertThat(e.reason())
                .isEqualTo(Reason.REFUSED));
        assertThat(tryFor(Duration.ofSeconds(290))).isInstanceOf(RegistryUnavailableException.class);
        assertThat(tryFor(STEP)).isInstanceOf(UndecodableEventException.class);
        assertThat(refuses())
                .hasMessageContaining(reason)
                .hasMessageContaining("for 300 s by now")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNANSWERED_SCHEMA));

        registry.schema(ID, ID_ONLY);
        ticker.advance(Duration.ofSeconds(10));
        assertThat(decode().getId()).isEqualTo("a");
    }

    @Test
    void shouldRefuseAnIdWithoutASchemaInTime() {
        registry.answer(ID, 200, "{}");

        assertThat(tryFor(Duration.ofSeconds(290))).hasMessageContaining("a schema without content");
        assertThat(tryFor(STEP)).isInstanceOf(UndecodableEventException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 500})
    void shouldWaitWithoutLimitWhileTheRegistryAnswersErrorsToEverything(int status) throws Exception {
        registry.schema(ID, ID_ONLY);
        registry.answerAll(status, "");

        assertThat(tryFor(Duration.ofMinutes(20))).isInstanceOf(RegistryUnavailableException.class);
        assertThat(waits().reason()).isEqualTo(Reason.OUTAGE);
        // Nor does the outage count afterwards.
        registry.answer(ID, 500, "");
        registry.answerAsBefore();
        assertThat(tryFor(Duration.ofMinutes(4))).isInstanceOf(RegistryUnavailableException.class);

        registry.schema(ID, ID_ONLY);
        ticker.advance(STEP);
        assertThat(decode().getId()).isEqualTo("a");
    }

    @Test
    void shouldWaitWithoutLimitWhileNobodyAnswers() {
        registry.close();

        assertThat(tryFor(Duration.ofMinutes(20))).isInstanceOf(RegistryUnavailableException.class);
        assertThat(waits().reason()).isEqualTo(Reason.OUTAGE);
    }

    @Test
    void shouldMeasureAnewAfterAnOutage() {
        registry.answer(ID, 403, "");
        assertThat(tryFor(Duration.ofMinutes(4))).isInstanceOf(RegistryUnavailableException.class);
        registry.answerAll(500, "");
        assertThat(tryFor(Duration.ofMinutes(4))).isInstanceOf(RegistryUnavailableException.class);
        registry.answerAsBefore();

        assertThat(tryFor(Duration.ofMinutes(4))).isInstanceOf(RegistryUnavailableException.class);
        assertThat(tryFor(Duration.ofMinutes(1).plus(STEP))).isInstanceOf(UndecodableEventException.class);
    }

    @Test
    void shouldTellByTheIdsThatItKnowsWhereNothingElseIsAllowed() throws Exception {
        registry.answer("/mode", 403, "")
                .answer("/subjects", 403, "")
                .schema(1, ID_ONLY)
                .answer("/schemas/ids/1/versions", 200, "[]")
                .answer(ID, 403, "");
        codec.decodeImageEvent("image-events", FakeRegistry.value(1, (byte) 2, (byte) 'b'));
        ticker.advance(Duration.ofSeconds(2));

        assertThat(waits().reason()).isEqualTo(Reason.REFUSED);
    }

    @Test
    void shouldAskOnceASecondHoweverManyValuesThereAre() {
        registry.answer(ID, 500, "");
        for (int i = 0; i < 1000; i++) {
            assertThat(catchThrowable(this::decode)).isInstanceOf(RegistryUnavailableException.class);
            ticker.advance(Duration.ofMillis(10));
        }

        assertThat(registry.requestsFor(ID)).isEqualTo(10);
        assertThat(registry.requests).hasSizeLessThanOrEqualTo(20);
    }

    @Test
    void shouldSayAtOnceToWhoHasNoPatience() {
        codec = new ConfluentEventCodec(registry.client(), Map.of());
        assertThat(refuses()).hasMessage("No schema has the id 7").satisfies(e -> assertThat(e.kind())
                .isEqualTo(Kind.UNKNOWN_SCHEMA));

        codec = new ConfluentEventCodec(registry.client(), Map.of());
        registry.answer(ID, 403, "");
        assertThat(refuses().kind()).isEqualTo(Kind.UNANSWERED_SCHEMA);

        codec = new ConfluentEventCodec(registry.client(), Map.of());
        registry.answerAll(500, "");
        assertThat(waits().reason()).isEqualTo(Reason.OUTAGE);
    }
}
