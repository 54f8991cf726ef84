package io.captionstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.CloudEventHeaders.Description;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.net.URI;
import java.time.Instant;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class CloudEventHeadersTest {
    private static final Description CAPTION = new Description(
            URI.create("/captions"), "image-events-0@7", "io.captionstream.event.CaptionEvent", "cat-1", Instant.EPOCH);

    @Test
    void shouldDescribeAnEventAsOtherClientsReadIt() {
        Headers headers = header("tenant", "north");
        CloudEventHeaders.replace(headers, CAPTION);

        CloudEvent event;
        try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
            event = deserializer.deserialize("caption-events", headers, new byte[] {0, 1});
        }
        assertThat(event.getId()).isEqualTo("image-events-0@7");
        assertThat(event.getSource()).hasToString("/captions");
        assertThat(event.getType()).isEqualTo("io.captionstream.event.CaptionEvent");
        assertThat(event.getSubject()).isEqualTo("cat-1");
        assertThat(event.getTime()).hasToString("1970-01-01T00:00Z");
        assertThat(event.getDataContentType()).isEqualTo(CloudEventHeaders.AVRO);
        assertThat(event.getData().toBytes()).containsExactly(0, 1);
        assertThat(event.getExtensionNames()).isEmpty();
        assertThat(headers.lastHeader("tenant").value()).isEqualTo("north".getBytes(UTF_8));
    }

    @Test
    void shouldNameTheEventThatItFollowsFrom() {
        Headers headers = image(null);
        CloudEventHeaders.replace(headers, CAPTION);

        CloudEvent caption = CloudEventHeaders.read(headers).orElseThrow();
        assertThat(caption.getId()).isEqualTo("image-events-0@7");
        assertThat(caption.getExtension("causationid")).isEqualTo("upload-1");
        assertThat(caption.getExtension("correlationid")).isEqualTo("upload-1");
        assertThat(names(headers)).doesNotHaveDuplicates().doesNotContain("ce_tenant");
    }

    @Test
    void shouldKeepTheBeginningOfARowOfEvents() {
        Headers headers = image("order-9");
        CloudEventHeaders.replace(headers, CAPTION);

        CloudEvent caption = CloudEventHeaders.read(headers).orElseThrow();
        assertThat(caption.getExtension("causationid")).isEqualTo("upload-1");
        assertThat(caption.getExtension("correlationid")).isEqualTo("order-9");
    }

    @Test
    void shouldDoWithoutWhatIsNoCloudEvent() {
        // There is no id.
        Headers headers = header("ce_specversion", "1.0").add("ce_type", "x".getBytes(UTF_8));
        assertThat(CloudEventHeaders.read(headers)).isEmpty();
        assertThat(CloudEventHeaders.read(header("ce_specversion", "9"))).isEmpty();
        assertThat(CloudEventHeaders.read(new RecordHeaders())).isEmpty();

        CloudEventHeaders.replace(headers, CAPTION);
        assertThat(CloudEventHeaders.read(headers).orElseThrow().getExtensionNames())
                .isEmpty();
    }

    @Test
    void shouldTakeAwayOnlyWhatIsOfTheOtherEvent() {
        Headers headers = image(null).add("tenant", "north".getBytes(UTF_8));
        CloudEventHeaders.remove(headers);
        assertThat(names(headers)).containsExactly("tenant");

        Headers plain = header("content-type", "avro/binary");
        CloudEventHeaders.remove(plain);
        assertThat(names(plain)).containsExactly("content-type");
    }

    @Test
    void shouldTellStructuredMode() {
        assertThat(CloudEventHeaders.isStructured(
                        header("content-type", "application/cloudevents+json; charset=UTF-8")))
                .isTrue();
        assertThat(CloudEventHeaders.isStructured(image(null))).isFalse();
    }

    private static Headers image(@org.jspecify.annotations.Nullable String correlation) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId("upload-1")
                .withSource(URI.create("/uploads"))
                .withType("image")
                .withExtension("tenant", "north")
                .withData("application/avro", new byte[] {1});
        if (correlation != null) {
            event.withExtension("correlationid", correlation);
        }
        return new RecordHeaders(KafkaMessageFactory.createWriter("image-events")
                .writeBinary(event.build())
                .headers());
    }

    private static Headers header(String name, String value) {
        return new RecordHeaders().add(name, value.getBytes(UTF_8));
    }

    private static Iterable<String> names(Headers headers) {
        return StreamSupport.stream(headers.spliterator(), false)
                .map(Header::key)
                .toList();
    }
}
