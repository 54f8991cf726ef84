package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events whose headers are not what they should be are captioned. */
class HostileHeadersTest {
    @ParameterizedTest
    @ValueSource(strings = {"ce_specversion", "content-type", "Content-Type", "ce_id", "traceparent", "mine"})
    void shouldCaptionAnEventWithAHeaderWithoutValue(String name) {
        Headers sent = caption(new RecordHeaders().add(name, (byte[]) null));

        assertThat(sent.lastHeader("ce_id").value()).asString(UTF_8).startsWith("image-events-0@0");
        assertThat(sent.lastHeader("content-type").value()).asString(UTF_8).isEqualTo("avro/binary");
    }

    @Test
    void shouldCaptionAnEventWithManyAttributes() {
        Headers received = new RecordHeaders();
        for (int i = 0; i < 40_000; i++) {
            received.add("ce_a" + i, new byte[] {'x'});
        }

        assertThat(caption(received).toArray()).hasSizeLessThan(10);
    }

    /** Headers of the caption event of an event with headers. */
    private static Headers caption(Headers received) {
        try (TopologyHarness harness =
                new TopologyHarness(CaptionConfig.defaults().withCloudEvents(URI.create("/captions")))) {
            byte[] value = FakeCodec.encode(
                    TopologyHarness.event(1).setModels(List.of("first")).build());
            harness.send(new TestRecord<>("key".getBytes(UTF_8), value, received, TopologyHarness.NOW));
            return harness.captionRecords().get(0).headers();
        }
    }
}
