package io.captionstream.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.event.RecordSizes;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptionStreamsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 1 << 20, 32 << 20, 64 << 20, RecordSizes.LIMIT_BYTES})
    void shouldHaveRoomForTheLargestRecordEverywhere(int maxRecordBytes) {
        long written = (long) maxRecordBytes + CaptionConfig.RECORD_OVERHEAD_BYTES;
        Properties properties = CaptionStreams.properties("application", Path.of("state"), maxRecordBytes);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:9092");
        Map<String, Object> producer = new StreamsConfig(properties).getProducerConfigs("client");

        assertThat(number(producer, "max.request.size")).isEqualTo(written);
        assertThat(number(producer, "buffer.memory"))
                .isGreaterThanOrEqualTo(2 * written)
                .isGreaterThanOrEqualTo(32L << 20);
        assertThat(number(new StreamsConfig(properties).originals(), "topic.max.message.bytes"))
                .isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, RecordSizes.LIMIT_BYTES + 1, Integer.MAX_VALUE})
    void shouldRefuseRecordsOfSizesThatThereAreNot(int maxRecordBytes) {
        assertThatThrownBy(() -> CaptionStreams.properties("application", Path.of("state"), maxRecordBytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not " + maxRecordBytes);
    }

    @Test
    void shouldKnowOneOverhead() {
        assertThat(CaptionConfig.RECORD_OVERHEAD_BYTES).isEqualTo(RecordSizes.OVERHEAD_BYTES);
    }

    private static long number(Map<String, Object> properties, String name) {
        return Long.parseLong(String.valueOf(properties.get(name)));
    }
}
