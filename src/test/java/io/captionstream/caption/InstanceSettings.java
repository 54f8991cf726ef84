package io.captionstream.caption;

import io.captionstream.event.Topics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What an instance is started with.
 *
 * @param prefix of its topics, and the name of its group
 * @param stateDirectory of its own
 * @param properties of Kafka Streams, beside those of {@link CaptionStreams}
 */
record InstanceSettings(
        String bootstrapServers,
        String prefix,
        Path stateDirectory,
        InFlightLimits limits,
        int maxRecordBytes,
        Map<String, String> properties) {
    private static final int MAX_RECORD_BYTES = 1 << 20;

    static InstanceSettings of(String bootstrapServers, String prefix, Path stateDirectory) {
        return new InstanceSettings(
                bootstrapServers,
                prefix,
                stateDirectory,
                new InFlightLimits(64, 16L << 20, 64L << 20),
                MAX_RECORD_BYTES,
                Map.of());
    }

    InstanceSettings with(InFlightLimits others) {
        return new InstanceSettings(bootstrapServers, prefix, stateDirectory, others, maxRecordBytes, properties);
    }

    InstanceSettings withMaxRecordBytes(int bytes) {
        return new InstanceSettings(bootstrapServers, prefix, stateDirectory, limits, bytes, properties);
    }

    InstanceSettings with(String property, Object value) {
        Map<String, String> more = new HashMap<>(properties);
        more.put(property, value.toString());
        return new InstanceSettings(bootstrapServers, prefix, stateDirectory, limits, maxRecordBytes, more);
    }

    Topics topics() {
        return Topics.prefixed(prefix);
    }

    CaptionConfig captionConfig() {
        CaptionConfig defaults = CaptionConfig.defaults();
        return new CaptionConfig(
                topics(),
                Ordering.KEY,
                limits,
                defaults.punctuationInterval(),
                defaults.retry(),
                defaults.decoding(),
                maxRecordBytes);
    }

    Properties streamsProperties() {
        Properties streams = CaptionStreams.properties(prefix + "app", stateDirectory, maxRecordBytes);
        streams.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        streams.put(StreamsConfig.POLL_MS_CONFIG, CaptionStreams.POLL_MILLIS);
        // What a killed instance held is free again after these.
        streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_000);
        streams.putAll(properties);
        return streams;
    }
}
