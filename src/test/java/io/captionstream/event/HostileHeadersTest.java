package io.captionstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.event.CloudEventHeaders.Description;
import io.cloudevents.CloudEvent;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anybody may write any headers. */
class HostileHeadersTest {
    private static final Description CAPTION =
            new Description(URI.create("/captions"), "image-events-0@7", "CaptionEvent", "cat-1", Instant.EPOCH);
    private static final List<String> NAMES = List.of(
            "ce_specversion",
            "ce_id",
            "ce_source",
            "ce_type",
            "ce_time",
            "ce_dataschema",
            "ce_subject",
            "ce_correlationid",
            "ce_causationid",
            "ce_",
            "ce_ID",
            "ce_üñ",
            "ce_a b",
            "Content-Type",
            "content-type",
            "traceparent",
            "",
            "captionstream.error.code",
            "__streams.errors.offset",
            "captionstream.retry.of");
    private static final List<String> VALUES = List.of(
            "1.0",
            "0.3",
            "9",
            "",
            "a",
            "not a uri %",
            "2026-13-99",
            "application/cloudevents",
            "application/json",
            "\u0000",
            "é\ud83d\ude00");

    @ParameterizedTest
    @ValueSource(
            strings = {"ce_specversion", "content-type", "Content-Type", "ce_id", "ce_correlationid", "traceparent"})
    void shouldTreatAHeaderWithoutValueAsAbsent(String name) {
        Headers received = new RecordHeaders().add(name, (byte[]) null);

        assertThat(CloudEventHeaders.isStructured(received)).isFalse();
        assertThat(CloudEventHeaders.read(received)).isEmpty();
        Headers headers = DeadLetterHeaders.carriedThrough(received);
        CloudEventHeaders.replace(headers, CAPTION);
        assertThat(CloudEventHeaders.read(headers).orElseThrow().getExtensionNames())
                .isEmpty();
    }

    @Test
    void shouldReadACloudEventWhateverElseHasNoValue() {
        Headers headers = cloudEvent()
                .add("content-type", (byte[]) null)
                .add("ce_extra", (byte[]) null)
                .add("ce_id", (byte[]) null);

        assertThat(CloudEventHeaders.read(headers).map(CloudEvent::getId)).hasValue("upload-1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 40_000, 200_000})
    void shouldLookAtEachHeaderAFewTimes(int count) {
        AtomicLong looks = new AtomicLong();
        List<Header> received = IntStream.range(0, count)
                .<Header>mapToObj(i -> new CountedHeader("ce_a" + i, new byte[] {'x'}, looks))
                .toList();
        RecordHeaders event = new RecordHeaders(received);
        cloudEvent().forEach(event::add);

        Headers headers = DeadLetterHeaders.carriedThrough(event);
        CloudEventHeaders.replace(headers, CAPTION);
        assertThat(headers.toArray()).hasSizeLessThan(12);
        Headers removed = DeadLetterHeaders.carriedThrough(event);
        CloudEventHeaders.remove(removed);
        assertThat(removed.toArray()).isEmpty();
        assertThat(CloudEventHeaders.isStructured(event)).isFalse();
        assertThat(DeadLetterHeaders.of(event).failure("A", "b", "c").headers().toArray())
                .hasSizeGreaterThan(count);

        assertThat(looks.get()).isLessThan(40L * count);
    }

    @Test
    void shouldRemoveManyOfOneNameInOnePass() {
        List<Header> received = IntStream.range(0, 400_000)
                .<Header>mapToObj(i -> new RecordHeader("traceparent", new byte[0]))
                .toList();
        Headers headers = DeadLetterHeaders.carriedThrough(received);
        headers.remove("traceparent").add("traceparent", new byte[] {1});

        assertThat(headers.lastHeader("traceparent").value()).containsExactly(1);
        assertThat(headers.headers("traceparent")).hasSize(1);
    }

    @Test
    void shouldBearAnyHeaders() {
        Random random = new Random(20);
        for (int round = 0; round < 20_000; round++) {
            RecordHeaders received = random(random);
            boolean unused = CloudEventHeaders.isStructured(received);
            var unusedToo = CloudEventHeaders.read(received);
            Headers replaced = DeadLetterHeaders.carriedThrough(received);
            CloudEventHeaders.replace(replaced, CAPTION);
            assertThat(CloudEventHeaders.read(replaced).map(CloudEvent::getId))
                    .as("%s", received)
                    .hasValue(CAPTION.id());
            Headers removed = DeadLetterHeaders.carriedThrough(received);
            CloudEventHeaders.remove(removed);
            assertThat(removed).noneMatch(header -> header.key().startsWith("ce_"));
            Headers letter = DeadLetterHeaders.of(received)
                    .failure("A", "b", "c")
                    .origin("t", 0, 1)
                    .headers();
            assertThat(letter.headers(DeadLetterHeaders.CODE)).hasSize(1);
        }
    }

    private static RecordHeaders random(Random random) {
        RecordHeaders headers = new RecordHeaders();
        if (random.nextInt(3) == 0) {
            cloudEvent().forEach(headers::add);
        }
        int count = random.nextInt(8);
        for (int i = 0; i < count; i++) {
            headers.add(NAMES.get(random.nextInt(NAMES.size())), value(random));
        }
        return headers;
    }

    private static byte @Nullable [] value(Random random) {
        switch (random.nextInt(4)) {
            case 0:
                return null;
            case 1:
                byte[] bytes = new byte[random.nextInt(20)];
                random.nextBytes(bytes);
                return bytes;
            default:
                return VALUES.get(random.nextInt(VALUES.size())).getBytes(UTF_8);
        }
    }

    private static Headers cloudEvent() {
        return new RecordHeaders()
                .add("ce_specversion", "1.0".getBytes(UTF_8))
                .add("ce_id", "upload-1".getBytes(UTF_8))
                .add("ce_source", "/uploads".getBytes(UTF_8))
                .add("ce_type", "image".getBytes(UTF_8));
    }

    /** Counts how often its name is asked for, which whoever looks for something does. */
    private record CountedHeader(String name, byte[] value, AtomicLong looks) implements Header {
        @Override
        public String key() {
            looks.incrementAndGet();
            return name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof CountedHeader that && name.equals(that.name) && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }
}
