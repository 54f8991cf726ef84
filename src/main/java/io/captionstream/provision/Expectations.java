package io.captionstream.provision;

import static io.captionstream.provision.Shortcoming.Kind.OFFSETS_EXPIRE;
import static io.captionstream.provision.Shortcoming.Kind.OFFSET_METADATA_TOO_SMALL;
import static io.captionstream.provision.Shortcoming.Kind.REQUESTS_TOO_LARGE;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a role of the service needs of topics and brokers. Looked at when it starts, and by {@code doctor}.
 *
 * @param topics that it reads or writes
 * @param internal topics that Kafka Streams makes for it
 * @param sizes of what it reads and writes
 * @param keepsOffsetMetadata whether what is in flight is in the metadata of committed offsets
 */
public record Expectations(
        List<TopicSpec> topics, List<InternalTopic> internal, RecordSizes sizes, boolean keepsOffsetMetadata) {
    /** Kafka's default, and what the metadata of committed offsets takes at most. */
    private static final int OFFSET_METADATA_BYTES = 4096;
    /** What is in a request beside records, by far. */
    private static final int REQUEST_OVERHEAD_BYTES = 4096;

    private static final String OFFSET_METADATA = "offset.metadata.max.bytes";
    private static final String OFFSET_RETENTION = "offsets.retention.minutes";
    private static final String REQUEST_SIZE = "socket.request.max.bytes";

    public Expectations {
        topics = List.copyOf(topics);
        internal = List.copyOf(internal);
        requireNonNull(sizes, "sizes is null");
    }

    /** Of the role that captions. */
    public static Expectations caption(Topics topics, RecordSizes sizes) {
        Set<String> used = Set.of(
                topics.imageEvents(),
                topics.captionEvents(),
                topics.deadLetters(),
                topics.shadowCaptions(),
                topics.modelReleases(),
                topics.trainingReports());
        return new Expectations(specs(topics, used, sizes), List.of(), sizes, true);
    }

    /**
     * Of the role that trains.
     *
     * @param partitions as {@code captionstream.training.partitions}
     */
    public static Expectations train(Topics topics, String applicationId, int partitions, RecordSizes sizes) {
        Set<String> used = Set.of(
                topics.labeledPairs(),
                topics.labelDeadLetters(),
                topics.modelReleases(),
                topics.trainingCommands(),
                topics.trainingReports());
        return new Expectations(
                specs(topics, used, sizes), InternalTopic.training(applicationId, topics, partitions), sizes, false);
    }

    private static List<TopicSpec> specs(Topics topics, Set<String> used, RecordSizes sizes) {
        return TopicSpec.all(topics, 1, sizes, sizes).stream()
                .filter(spec -> used.contains(spec.name()))
                .toList();
    }

    /** All topics that are to be looked at. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        topics.forEach(topic -> names.add(topic.name()));
        internal.forEach(topic -> {
            names.add(topic.name());
            names.addAll(topic.sources());
        });
        return names;
    }

    /** What is wrong, as far as it can be seen. */
    public List<Shortcoming> shortcomings(ClusterState cluster) {
        List<Shortcoming> found = new ArrayList<>();
        for (TopicSpec topic : topics) {
            TopicState actual = cluster.topics().get(topic.name());
            if (actual != null) {
                found.addAll(topic.shortcomings(actual));
            }
        }
        internal.forEach(topic -> found.addAll(topic.shortcomings(cluster.topics(), sizes)));
        requestSize(cluster.broker()).ifPresent(found::add);
        if (keepsOffsetMetadata) {
            offsetMetadata(cluster.broker()).ifPresent(found::add);
            offsetRetention(cluster).ifPresent(found::add);
        }
        return List.copyOf(found);
    }

    private Optional<Shortcoming> requestSize(Map<String, String> broker) {
        long needed = (long) sizes.maxWrittenBytes() + REQUEST_OVERHEAD_BYTES;
        return below(broker, REQUEST_SIZE, needed)
                .map(actual -> Shortcoming.fatal(
                        REQUESTS_TOO_LARGE,
                        "The brokers take requests of %d bytes (%s), and the largest record that is written needs %d"
                                .formatted(actual, REQUEST_SIZE, needed),
                        "Raise %s of the brokers, or lower captionstream.caption.max-record-size or captionstream.training.max-record-size"
                                .formatted(REQUEST_SIZE)));
    }

    private static Optional<Shortcoming> offsetMetadata(Map<String, String> broker) {
        return below(broker, OFFSET_METADATA, OFFSET_METADATA_BYTES)
                .map(actual -> Shortcoming.fatal(
                        OFFSET_METADATA_TOO_SMALL,
                        "The brokers take %d bytes of metadata with an offset (%s), and what is in flight needs %d"
                                .formatted(actual, OFFSET_METADATA, OFFSET_METADATA_BYTES),
                        "Set %s=%d in the settings of the brokers".formatted(OFFSET_METADATA, OFFSET_METADATA_BYTES)));
    }

    // Offsets of a group that has members do not expire.
    private Optional<Shortcoming> offsetRetention(ClusterState cluster) {
        String minutes = cluster.broker().get(OFFSET_RETENTION);
        if (minutes == null) {
            return Optional.empty();
        }
        long offsets = Duration.ofMinutes(Long.parseLong(minutes)).toMillis();
        return topics.stream()
                .filter(topic -> topic.use() == TopicSpec.Use.EVENTS)
                .filter(topic -> cluster.topics().containsKey(topic.name()))
                .filter(topic -> {
                    String millis = requireNonNull(cluster.topics().get(topic.name()))
                            .configs()
                            .get(TopicConfig.RETENTION_MS_CONFIG);
                    return millis != null && (Long.parseLong(millis) < 0 || Long.parseLong(millis) > offsets);
                })
                .findFirst()
                .map(topic -> Shortcoming.warning(
                        OFFSETS_EXPIRE,
                        "%s keeps events for longer than the brokers keep the offsets of a group without members (%s=%s): after so long a stop everything is captioned again"
                                .formatted(topic.name(), OFFSET_RETENTION, minutes),
                        "Raise %s of the brokers above the retention of %s".formatted(OFFSET_RETENTION, topic.name())));
    }

    /** The setting, if it can be seen and is below what is needed. */
    private static Optional<Long> below(Map<String, String> broker, String name, long needed) {
        return Optional.ofNullable(broker.get(name)).map(Long::valueOf).filter(actual -> actual < needed);
    }
}
