package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
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
        CaptionConfig config = CaptionConfig.defaults().withCloudEvents(URI.create("/captions"));
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "hostile-headers");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        try (TopologyTestDriver driver = new TopologyTestDriver(
                CaptionTopology.build(
                        config,
                        new FakeCodec(),
                        new FakeImages(),
                        ImmutableMap.of("first", new FakeModel("first")),
                        CaptionTrials.NONE,
                        Runnable::run,
                        Clock.systemUTC(),
                        new CaptionListener() {}),
                properties,
                TopologyHarness.NOW)) {
            byte[] value = FakeCodec.encode(
                    TopologyHarness.event(1).setModels(List.of("first")).build());
            driver.createInputTopic(config.topics().imageEvents(), new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new TestRecord<>("key".getBytes(UTF_8), value, received, TopologyHarness.NOW));
            return driver.createOutputTopic(
                            config.topics().captionEvents(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                    .readRecord()
                    .headers();
        }
    }
}
