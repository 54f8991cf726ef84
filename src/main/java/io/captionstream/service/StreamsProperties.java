package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.caption.CaptionStreams;
import io.captionstream.event.RecordSizes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Properties of Kafka Streams. What the operator sets explicitly wins over what the service sets. */
final class StreamsProperties {
    private static final List<String> GUARANTEES = List.of(StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE);

    private static final String CLASSIC = "classic";

    /** Longer than a stream thread waits for the schema registry; what a lost host had begun is in the way for so long. */
    private static final Duration TRAINING_TRANSACTION = Duration.ofSeconds(30);

    private StreamsProperties() {}

    static Properties caption(ServiceConfig config) {
        ServiceConfig.Caption caption = config.caption();
        checkArgument(
                GUARANTEES.contains(caption.processingGuarantee()),
                "captionstream.caption.processing-guarantee must be one of %s, not %s",
                GUARANTEES,
                caption.processingGuarantee());
        Properties properties = common(
                config, caption.applicationId(), caption.threads(), caption.commitInterval(), captionSizes(config));
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, caption.processingGuarantee());
        properties.put(StreamsConfig.POLL_MS_CONFIG, CaptionStreams.POLL_MILLIS);
        properties.putAll(config.kafka().properties());
        String protocol = properties.getProperty(StreamsConfig.GROUP_PROTOCOL_CONFIG, CLASSIC);
        checkArgument(
                protocol.equalsIgnoreCase(CLASSIC),
                "captionstream.kafka.properties.\"%s\" must be %s for captioners, not %s: they keep what is in flight in"
                        + " their committed offsets, by a consumer of their own, which Kafka Streams only takes so",
                StreamsConfig.GROUP_PROTOCOL_CONFIG,
                CLASSIC,
                protocol);
        return properties;
    }

    /** Of the training topology, which is exactly once, or its releases would not be what its runs made. */
    static Properties train(ServiceConfig config) {
        ServiceConfig.Training training = config.training();
        Properties properties = common(
                config, training.applicationId(), training.threads(), training.commitInterval(), trainingSizes(config));
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(TRAINING_TRANSACTION.toMillis()));
        properties.putAll(config.kafka().properties());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return properties;
    }

    private static Properties common(
            ServiceConfig config, String applicationId, int threads, Duration commitInterval, RecordSizes sizes) {
        Properties properties = CaptionStreams.properties(applicationId, config.stateDirectory(), sizes.maxReadBytes());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.kafka().bootstrapServers());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        return properties;
    }

    /** Of image events and their outcomes. */
    static RecordSizes captionSizes(ServiceConfig config) {
        return RecordSizes.configured(
                "captionstream.caption.max-record-size",
                config.caption().maxRecordSize().asLongValue());
    }

    /** Of labelled pairs and their dead letters. */
    static RecordSizes trainingSizes(ServiceConfig config) {
        return RecordSizes.configured(
                "captionstream.training.max-record-size",
                config.training().maxRecordSize().asLongValue());
    }

    /** Properties of an admin client, from the same settings. */
    static Map<String, Object> admin(ServiceConfig config) {
        Map<String, Object> properties = new HashMap<>(config.kafka().properties());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.kafka().bootstrapServers());
        return properties;
    }
}
