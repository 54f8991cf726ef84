package io.captionstream.provision;

import static com.google.common.base.Preconditions.checkArgument;
import static io.captionstream.provision.Shortcoming.Kind.INTERNAL_TOPIC_PARTITIONS;
import static io.captionstream.provision.Shortcoming.Kind.TOPIC_TOO_SMALL;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic that Kafka Streams made for itself. It must have as many partitions as what it belongs to: with others, stream
 * threads die whenever partitions are assigned.
 *
 * @param sources topics whose tasks it belongs to, as many as the largest of them has partitions; empty if the number is set
 * @param setting by which the number is set, and the number; null if it follows from the sources
 */
public record InternalTopic(String name, Set<String> sources, OptionalInt setting) {
    public InternalTopic {
        requireNonNull(name, "name is null");
        sources = Set.copyOf(sources);
        checkArgument(sources.isEmpty() == setting.isPresent(), "either sources or a setting: %s", name);
    }

    /**
     * Those of the training topology.
     *
     * @param partitions as {@code captionstream.training.partitions}
     */
    public static List<InternalTopic> training(String applicationId, Topics topics, int partitions) {
        Set<String> sources = Set.of(topics.labeledPairs(), topics.trainingCommands(), topics.modelReleases());
        OptionalInt set = OptionalInt.of(partitions);
        return List.of(
                new InternalTopic(applicationId + "-labels-taken-in-changelog", sources, OptionalInt.empty()),
                new InternalTopic(applicationId + "-label-progress-changelog", sources, OptionalInt.empty()),
                new InternalTopic(applicationId + "-by-model-repartition", Set.of(), set),
                new InternalTopic(applicationId + "-models-changelog", Set.of(), set));
    }

    /** What is wrong with it; none if it is not there yet. */
    List<Shortcoming> shortcomings(Map<String, TopicState> topics, RecordSizes sizes) {
        TopicState actual = topics.get(name);
        if (actual == null) {
            return List.of();
        }
        List<Shortcoming> found = new ArrayList<>();
        expected(topics)
                .filter(expected -> expected != actual.partitions())
                .map(expected -> mismatch(actual.partitions(), expected))
                .ifPresent(found::add);
        String limit = actual.configs().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        if (limit != null && Long.parseLong(limit) < sizes.maxWrittenBytes()) {
            found.add(Shortcoming.warning(
                    TOPIC_TOO_SMALL,
                    "%s takes records of %s bytes and is to take %d".formatted(name, limit, sizes.maxWrittenBytes()),
                    "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s=%d"
                            .formatted(name, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, sizes.maxWrittenBytes())));
        }
        return found;
    }

    /** Empty if that cannot be known. */
    private Optional<Integer> expected(Map<String, TopicState> topics) {
        if (setting.isPresent()) {
            return Optional.of(setting.getAsInt());
        }
        return topics.keySet().containsAll(sources)
                ? sources.stream()
                        .map(source -> requireNonNull(topics.get(source)).partitions())
                        .max(Integer::compare)
                : Optional.empty();
    }

    private Shortcoming mismatch(int actual, int expected) {
        String message = "%s has %d partitions and must have %d".formatted(name, actual, expected);
        if (setting.isPresent()) {
            return Shortcoming.fatal(
                    INTERNAL_TOPIC_PARTITIONS,
                    message,
                    "Set captionstream.training.partitions=%d, as it was: it cannot change".formatted(actual));
        }
        return Shortcoming.fatal(
                INTERNAL_TOPIC_PARTITIONS,
                message + ", as its sources have",
                actual < expected
                        ? "Stop all trainers, then kafka-topics.sh --alter --topic %s --partitions %d"
                                .formatted(name, expected)
                        : "Give %s %d partitions again".formatted(String.join(" or ", sources), actual));
    }
}
