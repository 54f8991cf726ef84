package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.CaptionEvent;
import io.captionstream.event.DecodingOverrides;
import io.captionstream.event.ImageEvent;
import io.captionstream.service.ImageServer.Behaviour;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends the packaged service everything it should refuse, among events it should caption. */
class BadInputIT {
    private static final byte[] PICTURE = ImageServer.jpeg();

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Map<String, String> expected = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    @Test
    void shouldAnswerEachBadEventWithADeadLetterThatSaysWhyAndCaptionTheRest() {
        try (BadServer server = new BadServer();
                ImageServer images = new ImageServer();
                EventLog log = new EventLog(stack, 1)) {
            Map<String, String> properties = new HashMap<>(log.serviceProperties());
            properties.put("captionstream.models", DemoModels.list());
            properties.put("captionstream.image.http.allowed-networks", "127.0.0.0/8");
            properties.put("captionstream.image.fetch.attempt-timeout", "2s");
            properties.put("captionstream.image.fetch.total-timeout", "3s");
            try (ApplicationProcess service = ApplicationProcess.start(
                    DemoModels.application(), stack, directory, List.of("-Xmx512m"), properties)) {
                service.awaitReady();
                sendGood(log, "good-first");
                sendBadImages(log, server, images);
                sendGood(log, "good-between");
                sendBadEvents(log);
                sendGood(log, "good-last");
                log.flush();

                int events = expected.size() + 3;
                await().atMost(Duration.ofMinutes(2)).until(() -> log.poll() >= events);
                verify(log);
                log.verifyExactlyOnceInOrder(events);
            }
        }
    }

    private static void sendGood(EventLog log, String id) {
        log.send(good(id).build());
    }

    private void sendBadImages(EventLog log, BadServer server, ImageServer images) {
        content(log, "not-an-image", "hello".getBytes(StandardCharsets.UTF_8), "NOT_AN_IMAGE");
        content(log, "truncated-jpeg", Arrays.copyOf(PICTURE, PICTURE.length / 2), "CORRUPT_IMAGE");
        content(log, "png-bomb", PngBomb.of(10_000, 10_000), "TOO_MANY_PIXELS");
        content(log, "empty-image", new byte[0], "EMPTY_IMAGE");
        uri(log, "not-found", images.uri(Behaviour.MISSING, 1), "NOT_FOUND");
        uri(log, "never-answers", server.silent(), "TIMEOUT");
        uri(log, "redirect-loop", server.redirectLoop(), "TOO_MANY_REDIRECTS");
        uri(log, "redirect-to-metadata", server.redirectTo("http://169.254.169.254/latest"), "FORBIDDEN_ADDRESS");
        uri(log, "private-address", "http://10.0.0.1/a.jpg", "FORBIDDEN_ADDRESS");
        uri(log, "etc-passwd", "file:///etc/passwd", "FORBIDDEN_PATH");
        uri(log, "unknown-scheme", "gopher://example.org/1", "UNSUPPORTED_SCHEME");
    }

    private void sendBadEvents(EventLog log) {
        event(log, good("unknown-model").setModels(List.of("resnet50-lstm", "nobody")), "UNKNOWN_MODEL");
        event(log, good("beam-width-0").setDecoding(beamWidth(0)), "INVALID_DECODING");
        event(log, good("beam-width-1000").setDecoding(beamWidth(1000)), "INVALID_DECODING");
        event(
                log,
                good("groups-that-do-not-divide")
                        .setDecoding(
                                DecodingOverrides.newBuilder().setBeamGroups(2).build()),
                "INVALID_DECODING");
        event(log, ImageEvent.newBuilder().setId("neither-uri-nor-content"), "INVALID_EVENT");
        bytes(log, "no-id", serialize(log.topics().imageEvents(), good(" ").build()), "INVALID_EVENT");
        expected.put("no-value", "INVALID_EVENT");
        log.send("no-value", null);
        bytes(log, "not-avro", "{\"id\": \"a\"}".getBytes(StandardCharsets.UTF_8), "UNDECODABLE_EVENT");
        Object order = new GenericRecordBuilder(SchemaBuilder.record("Order")
                        .fields()
                        .requiredLong("total")
                        .endRecord())
                .set("total", 1L)
                .build();
        bytes(log, "wrong-schema", serialize(log.topics().imageEvents() + "-orders", order), "WRONG_SCHEMA");
    }

    private void verify(EventLog log) {
        Map<String, String> codes = new TreeMap<>();
        for (ConsumerRecord<String, byte[]> letter : log.deadLetters()) {
            codes.put(letter.key(), EventLog.header(letter, "captionstream.error.code"));
            assertThat(EventLog.header(letter, "captionstream.error.reason")).isNotBlank();
            assertThat(EventLog.header(letter, "captionstream.error.stage")).isNotBlank();
        }
        assertThat(codes).containsExactlyInAnyOrderEntriesOf(expected);
        assertThat(log.deadLetters())
                .filteredOn(letter -> letter.key().equals("not-avro"))
                .singleElement()
                .satisfies(letter -> assertThat(letter.value())
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("{\"id\": \"a\"}"));
        assertThat(log.captions())
                .extracting(CaptionEvent::getId)
                .containsExactlyInAnyOrder("good-first", "good-between", "good-last");
    }

    private static ImageEvent.Builder good(String id) {
        return ImageEvent.newBuilder().setId(id).setContent(ByteBuffer.wrap(PICTURE));
    }

    private static DecodingOverrides beamWidth(int width) {
        return DecodingOverrides.newBuilder().setBeamWidth(width).build();
    }

    private void content(EventLog log, String id, byte[] bytes, String code) {
        event(log, ImageEvent.newBuilder().setId(id).setContent(ByteBuffer.wrap(bytes)), code);
    }

    private void uri(EventLog log, String id, String uri, String code) {
        event(log, ImageEvent.newBuilder().setId(id).setUri(uri), code);
    }

    private void event(EventLog log, ImageEvent.Builder event, String code) {
        expected.put(event.getId(), code);
        log.send(event.build());
    }

    private void bytes(EventLog log, String key, byte[] value, String code) {
        expected.put(key, code);
        log.send(key, value);
    }

    private byte[] serialize(String topic, Object record) {
        try (KafkaAvroSerializer serializer = new KafkaAvroSerializer()) {
            serializer.configure(
                    Map.of("schema.registry.url", stack.registry().url(), "avro.remove.java.properties", true), false);
            return serializer.serialize(topic, record);
        }
    }
}
