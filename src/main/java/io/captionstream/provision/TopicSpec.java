package io.captionstream.provision;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What a topic must be like.
 *
 * @param partitions when it is created; any number does
 * @param configs by name: {@code cleanup.policy} must be so, {@code max.message.bytes} at least so large
 */
public record TopicSpec(String name, int partitions, Map<String, String> configs) {
    /** Images and labels may be in their events. */
    public static final int MAX_MESSAGE_BYTES = 32 << 20;

    public TopicSpec {
        requireNonNull(name, "name is null");
        checkArgument(partitions > 0, "partitions must be positive: %s", partitions);
        configs = Map.copyOf(configs);
    }

    /**
     * All topics of the service.
     *
     * @param partitions of the topics of events; those that few records go through have one
     */
    public static List<TopicSpec> all(Topics topics, int partitions) {
        Map<String, String> large = Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_MESSAGE_BYTES));
        List<TopicSpec> specs = new ArrayList<>();
        for (String name : List.of(
                topics.imageEvents(),
                topics.captionEvents(),
                topics.deadLetters(),
                topics.shadowCaptions(),
                topics.labeledPairs(),
                topics.labelDeadLetters())) {
            specs.add(new TopicSpec(name, partitions, large));
        }
        specs.add(new TopicSpec(
                topics.modelReleases(),
                1,
                Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
        specs.add(new TopicSpec(topics.trainingCommands(), 1, Map.of()));
        specs.add(new TopicSpec(topics.trainingReports(), 1, Map.of()));
        return List.copyOf(specs);
    }

    /**
     * A setting that the service cannot work with.
     *
     * @param message for a person to read
     * @param remedy the command that mends it
     */
    public record Shortcoming(String message, String remedy) {}

    /**
     * What is wrong with a topic.
     *
     * @param actual its settings
     * @return none if nothing is
     */
    public List<Shortcoming> shortcomings(Map<String, String> actual) {
        List<Shortcoming> found = new ArrayList<>();
        new TreeMap<>(configs).forEach((key, wanted) -> {
            String value = actual.getOrDefault(key, "");
            if (!suffices(key, value, wanted)) {
                found.add(new Shortcoming(
                        "%s has %s=%s and needs %s".formatted(name, key, value, wanted),
                        "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s=%s"
                                .formatted(name, key, wanted)));
            }
        });
        return List.copyOf(found);
    }

    private static boolean suffices(String key, String value, String wanted) {
        return key.equals(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                ? !value.isEmpty() && Long.parseLong(value) >= Long.parseLong(wanted)
                : value.equals(wanted);
    }
}
