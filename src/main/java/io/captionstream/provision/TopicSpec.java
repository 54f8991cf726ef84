package io.captionstream.provision;

import static com.google.common.base.Preconditions.checkArgument;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_COMPACTED;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_REPLICAS;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_RETENTION;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_TOO_SMALL;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_UNSUITABLE;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a topic must be like.
 *
 * @param partitions when it is created; any number does
 * @param configs by name, of a topic that is created
 * @param use what it is for, by which topics that are there are judged
 */
public record TopicSpec(String name, int partitions, Map<String, String> configs, Use use) {
    private static final Duration SHORT = Duration.ofHours(1);

    /** What a topic is for. */
    public enum Use {
        /** Image events. */
        EVENTS,
        /** Labelled pairs, which versions are rebuilt from. */
        LABELS,
        /** One record for each that was read: captions, dead letters. */
        OUTCOMES,
        /** The newest record of each model counts. */
        RELEASES,
        /** Commands and reports: small, and of interest for a while. */
        NOTES
    }

    public TopicSpec {
        requireNonNull(name, "name is null");
        checkArgument(partitions > 0, "partitions must be positive: %s", partitions);
        configs = Map.copyOf(configs);
        requireNonNull(use, "use is null");
    }

    /**
     * All topics of the service.
     *
     * @param partitions of the topics of events; those that few records go through have one
     * @param images sizes of image events and their outcomes
     * @param labels sizes of labelled pairs and their dead letters
     */
    public static List<TopicSpec> all(Topics topics, int partitions, RecordSizes images, RecordSizes labels) {
        return List.of(
                sized(topics.imageEvents(), partitions, images.maxReadBytes(), Use.EVENTS),
                sized(topics.captionEvents(), partitions, images.maxWrittenBytes(), Use.OUTCOMES),
                sized(topics.deadLetters(), partitions, images.maxWrittenBytes(), Use.OUTCOMES),
                sized(topics.shadowCaptions(), partitions, images.maxWrittenBytes(), Use.OUTCOMES),
                sized(topics.labeledPairs(), partitions, labels.maxReadBytes(), Use.LABELS),
                sized(topics.labelDeadLetters(), partitions, labels.maxWrittenBytes(), Use.OUTCOMES),
                new TopicSpec(
                        topics.modelReleases(),
                        1,
                        Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT),
                        Use.RELEASES),
                new TopicSpec(topics.trainingCommands(), 1, Map.of(), Use.NOTES),
                new TopicSpec(topics.trainingReports(), 1, Map.of(), Use.NOTES));
    }

    /** All topics of a service whose settings of sizes are the defaults. */
    public static List<TopicSpec> all(Topics topics, int partitions) {
        return all(topics, partitions, RecordSizes.defaults(), RecordSizes.defaults());
    }

    private static TopicSpec sized(String name, int partitions, int bytes, Use use) {
        return new TopicSpec(
                name, partitions, Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes)), use);
    }

    /**
     * What is wrong with the topic.
     *
     * @param actual what it is like; what may not be seen is taken to be right
     * @return none if nothing is
     */
    public List<Shortcoming> shortcomings(TopicState actual) {
        List<Shortcoming> found = new ArrayList<>();
        if (!actual.configs().isEmpty()) {
            cleanup(actual).ifPresent(found::add);
            size(actual).ifPresent(found::add);
            retention(actual).ifPresent(found::add);
            replicas(actual).ifPresent(found::add);
        }
        return List.copyOf(found);
    }

    private Optional<Shortcoming> cleanup(TopicState actual) {
        String policy = actual.configs().getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
        if (use == Use.RELEASES) {
            return policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)
                    ? Optional.empty()
                    : Optional.of(Shortcoming.fatal(
                            TOPIC_UNSUITABLE,
                            "%s has cleanup.policy=%s and needs compact".formatted(name, policy),
                            alter(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
        }
        if (use == Use.NOTES || !policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            return Optional.empty();
        }
        String message = "%s has cleanup.policy=%s: ".formatted(name, policy);
        String remedy = alter(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        return Optional.of(
                switch (use) {
                    case EVENTS ->
                        Shortcoming.warning(
                                TOPIC_COMPACTED,
                                message
                                        + "events vanish that newer ones of their key supersede before they are captioned",
                                remedy);
                    case LABELS ->
                        Shortcoming.warning(
                                TOPIC_COMPACTED,
                                message + "versions cannot be rebuilt from pairs that newer ones supersede",
                                remedy);
                    default ->
                        Shortcoming.fatal(
                                TOPIC_COMPACTED,
                                message
                                        + "of each key only the newest outcome is kept, and those without a key are refused",
                                remedy);
                });
    }

    private Optional<Shortcoming> size(TopicState actual) {
        String wanted = configs.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        long limit = number(actual, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Long.MAX_VALUE);
        return wanted == null || limit >= Long.parseLong(wanted)
                ? Optional.empty()
                : Optional.of(Shortcoming.warning(
                        TOPIC_TOO_SMALL,
                        "%s takes records of %d bytes and is to take %s".formatted(name, limit, wanted),
                        alter(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, wanted)));
    }

    private Optional<Shortcoming> retention(TopicState actual) {
        long millis = number(actual, TopicConfig.RETENTION_MS_CONFIG, -1);
        return use != Use.EVENTS || millis < 0 || millis >= SHORT.toMillis()
                ? Optional.empty()
                : Optional.of(Shortcoming.warning(
                        TOPIC_RETENTION,
                        "%s keeps events for %d ms: what waits for longer is deleted before it is captioned"
                                .formatted(name, millis),
                        alter(TopicConfig.RETENTION_MS_CONFIG, "604800000")));
    }

    private Optional<Shortcoming> replicas(TopicState actual) {
        int replicas = actual.replicas();
        long inSync = number(actual, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, 1);
        String state = "%s has %d replicas and min.insync.replicas=%d: ".formatted(name, replicas, inSync);
        if (inSync > replicas) {
            String message = state + "nothing can be written";
            String remedy = alter(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(Math.max(1, replicas - 1)));
            return Optional.of(
                    use == Use.OUTCOMES
                            ? Shortcoming.fatal(TOPIC_REPLICAS, message, remedy)
                            : Shortcoming.warning(TOPIC_REPLICAS, message, remedy));
        }
        if (inSync == replicas && replicas > 1) {
            return Optional.of(Shortcoming.warning(
                    TOPIC_REPLICAS,
                    state + "nothing can be written while one broker is away",
                    alter(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(replicas - 1))));
        }
        if (inSync == 1 && replicas > 2) {
            return Optional.of(Shortcoming.warning(
                    TOPIC_REPLICAS,
                    state + "what one broker has taken is lost with it",
                    alter(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2")));
        }
        return Optional.empty();
    }

    private static long number(TopicState actual, String key, long otherwise) {
        String value = actual.configs().get(key);
        return value == null ? otherwise : Long.parseLong(value);
    }

    private String alter(String key, String value) {
        return "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s=%s"
                .formatted(name, key, value);
    }
}
