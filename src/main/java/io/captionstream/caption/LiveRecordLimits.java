package io.captionstream.caption;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.StreamsConfig;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the producer of a topology, and those of topics as the brokers have them now. Of topics whose settings
 * cannot be seen, or not yet, only the producer's limits are known. What was seen last holds until something else is.
 */
public final class LiveRecordLimits implements RecordLimits, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LiveRecordLimits.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Supplier<Admin> admins;
    private final long producerLimit;
    private final List<ConfigResource> resources;
    private final Duration interval;
    private final Map<String, TopicLimits> topics = new ConcurrentHashMap<>();
    private final ScheduledExecutorService refresher =
            Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                    .setNameFormat("record-limits")
                    .setDaemon(true)
                    .build());
    private volatile boolean toldOfDenial;

    private record TopicLimits(long maxBytes, boolean compacted) {}

    /**
     * Creates limits that know nothing of topics until {@link #refresh} or {@link #start}.
     *
     * @param admins makes a client for each look, which is closed again
     * @param streams properties of the topology, whose producer is meant
     * @param topics that are written to
     * @param interval between one look and the next
     */
    public LiveRecordLimits(Supplier<Admin> admins, Properties streams, Collection<String> topics, Duration interval) {
        this.admins = requireNonNull(admins, "admins is null");
        this.producerLimit = producerLimit(streams);
        this.resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        checkArgument(!interval.isNegative() && !interval.isZero(), "interval must be positive: %s", interval);
        this.interval = interval;
    }

    // A record must fit into a request, and into the buffer in which it waits.
    private static long producerLimit(Properties streams) {
        Map<String, Object> producer = new StreamsConfig(streams).getProducerConfigs("");
        return Math.min(
                number(producer, ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                number(producer, ProducerConfig.BUFFER_MEMORY_CONFIG));
    }

    private static long number(Map<String, Object> producer, String name) {
        Object value = producer.getOrDefault(
                name, ProducerConfig.configDef().defaultValues().get(name));
        return Long.parseLong(String.valueOf(value));
    }

    /** Looks again and again, in the background; a look that fails changes nothing. */
    public void start() {
        var unused =
                refresher.scheduleWithFixedDelay(this::refreshQuietly, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void refreshQuietly() {
        try {
            refresh();
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debugf(e, "The limits of topics stay as they were seen last: %s", e.getMessage());
        }
    }

    /**
     * Looks now.
     *
     * @throws Exception if brokers do not answer; what was seen before still holds
     */
    public void refresh() throws Exception {
        try (Admin admin = admins.get()) {
            Map<ConfigResource, KafkaFuture<Config>> answers =
                    new HashMap<>(admin.describeConfigs(resources).values());
            for (ConfigResource resource : resources) {
                refresh(resource.name(), requireNonNull(answers.get(resource)));
            }
        }
    }

    private void refresh(String topic, KafkaFuture<Config> answer) throws Exception {
        try {
            Config config = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            topics.put(
                    topic,
                    new TopicLimits(
                            Long.parseLong(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG)),
                            value(config, TopicConfig.CLEANUP_POLICY_CONFIG)
                                    .contains(TopicConfig.CLEANUP_POLICY_COMPACT)));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
            if (!toldOfDenial) {
                toldOfDenial = true;
                LOG.infof(
                        "The settings of topic %s may not be seen: that it takes what the producer does is assumed",
                        topic);
            }
        }
    }

    private static String value(Config config, String name) {
        return requireNonNull(requireNonNull(config.get(name), name).value(), name);
    }

    @Override
    public Verdict check(String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        TopicLimits limits = topics.get(topic);
        if (limits != null && limits.compacted() && key == null) {
            return Verdict.REQUIRES_KEY;
        }
        long size = RecordSize.uncompressed(key, value, headers);
        if (size > producerLimit) {
            return Verdict.tooLarge(size, producerLimit);
        }
        long compressed = RecordSize.compressed(size);
        return limits != null && compressed > limits.maxBytes()
                ? Verdict.tooLarge(compressed, limits.maxBytes())
                : Verdict.FITS;
    }

    /** Stops looking; what was seen holds on. */
    @Override
    public void close() {
        refresher.shutdownNow();
    }
}
