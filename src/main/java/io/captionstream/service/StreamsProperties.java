package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.caption.CaptionStreams;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Properties of Kafka Streams. What the operator sets explicitly wins over what the service sets. */
final class StreamsProperties {
    private static final List<String> GUARANTEES = List.of(StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE);

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
                config,
                caption.applicationId(),
                caption.threads(),
                caption.commitInterval(),
                caption.maxRecordSize().asLongValue());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, caption.processingGuarantee());
        properties.put(StreamsConfig.POLL_MS_CONFIG, CaptionStreams.POLL_MILLIS);
        properties.putAll(config.kafka().properties());
        return properties;
    }

    /** Of the training topology, which is exactly once, or its releases would not be what its runs made. */
    static Properties train(ServiceConfig config) {
        ServiceConfig.Training training = config.training();
        Properties properties = common(
                config,
                training.applicationId(),
                training.threads(),
                training.commitInterval(),
                training.maxRecordSize().asLongValue());
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(TRAINING_TRANSACTION.toMillis()));
        properties.putAll(config.kafka().properties());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return properties;
    }

    private static Properties common(
            ServiceConfig config, String applicationId, int threads, Duration commitInterval, long maxRecordBytes) {
        Properties properties =
                CaptionStreams.properties(applicationId, config.stateDirectory(), Math.toIntExact(maxRecordBytes));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.kafka().bootstrapServers());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        return properties;
    }

    /** The producer's {@code delivery.timeout.ms}. */
    static Duration deliveryTimeout(Properties properties) {
        return producerTimeout(properties, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
    }

    /** The producer's {@code transaction.timeout.ms}. */
    static Duration transactionTimeout(Properties properties) {
        return producerTimeout(properties, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    }

    /** The consumer's {@code max.poll.interval.ms}. */
    static Duration maxPollInterval(Properties properties) {
        Map<String, Object> effective = new StreamsConfig(properties).getMainConsumerConfigs("", "", 0);
        return millis(effective.getOrDefault(
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
                ConsumerConfig.configDef().defaultValues().get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG)));
    }

    // Streams has defaults of its own for its clients, and three ways to set a property of theirs.
    private static Duration producerTimeout(Properties properties, String name) {
        Map<String, Object> effective = new StreamsConfig(properties).getProducerConfigs("");
        return millis(effective.getOrDefault(
                name, ProducerConfig.configDef().defaultValues().get(name)));
    }

    private static Duration millis(Object value) {
        return Duration.ofMillis(Long.parseLong(value.toString()));
    }

    /** Properties of an admin client, from the same settings. */
    static Map<String, Object> admin(ServiceConfig config) {
        Map<String, Object> properties = new HashMap<>(config.kafka().properties());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.kafka().bootstrapServers());
        return properties;
    }
}
