package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.util.Locale;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;

/** Meters of a role's streams: all of Kafka's own, and the lag in one number. */
final class StreamsMeters implements AutoCloseable {
    private static final String LAG_GROUP = "consumer-fetch-manager-metrics";
    private static final String LAG = "records-lag";
    private static final String CLIENT = "client-id";
    private static final String PARTITION = "partition";
    private static final String RESTORES = "-restore-consumer";

    private final KafkaStreams streams;
    private final KafkaStreamsMetrics all;

    StreamsMeters(KafkaStreams streams) {
        this.streams = requireNonNull(streams, "streams is null");
        this.all = new KafkaStreamsMetrics(streams);
    }

    void bindTo(MeterRegistry meters, Role role) {
        all.bindTo(meters);
        Gauge.builder("captionstream.lag", this, StreamsMeters::lag)
                .description("Records of the partitions assigned to this process that it has not read yet")
                .baseUnit("records")
                .tag("role", role.name().toLowerCase(Locale.ROOT))
                .register(meters);
    }

    private double lag() {
        return streams.metrics().values().stream()
                .filter(metric -> isLag(metric.metricName()))
                .map(Metric::metricValue)
                .mapToDouble(value -> ((Number) value).doubleValue())
                // Not a number until the first records came.
                .filter(Double::isFinite)
                .sum();
    }

    // A restart reads a changelog, too, but that is nobody's event.
    private static boolean isLag(MetricName name) {
        return name.name().equals(LAG)
                && name.group().equals(LAG_GROUP)
                && name.tags().containsKey(PARTITION)
                && !name.tags().getOrDefault(CLIENT, "").endsWith(RESTORES);
    }

    @Override
    public void close() {
        all.close();
    }
}
