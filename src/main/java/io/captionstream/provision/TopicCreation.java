package io.captionstream.provision;

import static java.util.Objects.requireNonNull;

import io.captionstream.connection.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics that are missing, and looks at those that are there. Changes none that is there. */
public final class TopicCreation {
    private final Connection connection;

    /** @param connection stays the caller's to close */
    public TopicCreation(Connection connection) {
        this.connection = requireNonNull(connection, "connection is null");
    }

    /** What came of a topic. */
    public enum Outcome {
        /** Or would have been, where it was only tried. */
        CREATED,
        EXISTS
    }

    /**
     * A topic.
     *
     * @param shortcomings of a topic that was there: what keeps the service from working with it
     */
    public record Result(String topic, Outcome outcome, int partitions, List<Shortcoming> shortcomings) {}

    /**
     * Creates what is missing.
     *
     * @param replicas of each partition; -1 for the brokers' default
     * @param dryRun whether brokers are only asked if they would
     * @throws IOException if brokers refuse or do not answer
     */
    public List<Result> create(List<TopicSpec> specs, short replicas, boolean dryRun) throws IOException {
        try (Admin admin = connection.admin()) {
            Set<String> names = connection.await(admin.listTopics().names());
            List<TopicSpec> there =
                    specs.stream().filter(spec -> names.contains(spec.name())).toList();
            Map<String, TopicState> states = ClusterState.of(
                            admin, there.stream().map(TopicSpec::name).toList(), Connection.PATIENCE)
                    .topics();
            List<Result> results = new ArrayList<>();
            for (TopicSpec spec : specs) {
                TopicState state = states.get(spec.name());
                results.add(
                        state == null
                                ? create(admin, spec, replicas, dryRun)
                                : new Result(
                                        spec.name(), Outcome.EXISTS, state.partitions(), spec.shortcomings(state)));
            }
            return List.copyOf(results);
        } catch (KafkaException e) {
            throw new IOException(
                    "No broker answers at %s: %s"
                            .formatted(connection.settings().bootstrapServers(), e.getMessage()),
                    e);
        }
    }

    private Result create(Admin admin, TopicSpec spec, short replicas, boolean dryRun) throws IOException {
        NewTopic topic = new NewTopic(spec.name(), spec.partitions(), replicas).configs(spec.configs());
        try {
            connection.await(admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(dryRun))
                    .all());
        } catch (IOException e) {
            // Somebody else was faster; what it is like the next run tells.
            if (e.getCause() instanceof TopicExistsException) {
                return new Result(spec.name(), Outcome.EXISTS, spec.partitions(), List.of());
            }
            throw new IOException("Topic %s was not created. %s".formatted(spec.name(), e.getMessage()), e);
        }
        return new Result(spec.name(), Outcome.CREATED, spec.partitions(), List.of());
    }
}
