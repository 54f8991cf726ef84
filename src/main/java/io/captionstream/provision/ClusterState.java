package io.captionstream.provision;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What topics and brokers are like, as far as the client may see it.
 *
 * @param topics by name; those that are missing, or may not be seen at all, are left out
 * @param broker effective settings of one broker by name; empty if they may not be seen
 */
public record ClusterState(Map<String, TopicState> topics, Map<String, String> broker) {
    public ClusterState {
        topics = Map.copyOf(topics);
        broker = Map.copyOf(broker);
    }

    /** Topics that are there, and whose settings may not be seen. */
    public Set<String> unseen() {
        return topics.values().stream()
                .filter(topic -> topic.configs().isEmpty())
                .map(TopicState::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Looks.
     *
     * @param patience how long each answer may take
     * @throws IOException if the brokers do not answer
     */
    public static ClusterState of(Admin admin, Collection<String> names, Duration patience) throws IOException {
        Map<String, TopicDescription> described = new HashMap<>();
        for (var answer : admin.describeTopics(names).topicNameValues().entrySet()) {
            seen(answer.getValue(), patience).ifPresent(topic -> described.put(answer.getKey(), topic));
        }
        Map<ConfigResource, KafkaFuture<Config>> configs = admin.describeConfigs(described.keySet().stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList())
                .values();
        Map<String, TopicState> topics = new HashMap<>();
        for (var answer : configs.entrySet()) {
            TopicDescription topic =
                    requireNonNull(described.get(answer.getKey().name()));
            topics.put(
                    topic.name(),
                    new TopicState(
                            topic.name(),
                            topic.partitions().size(),
                            topic.partitions().get(0).replicas().size(),
                            values(seen(answer.getValue(), patience))));
        }
        return new ClusterState(topics, broker(admin, patience));
    }

    private static Map<String, String> broker(Admin admin, Duration patience) throws IOException {
        Optional<Node> node = seen(admin.describeCluster().nodes(), patience)
                .flatMap(nodes -> nodes.stream().findFirst());
        if (node.isEmpty()) {
            return Map.of();
        }
        ConfigResource resource =
                new ConfigResource(ConfigResource.Type.BROKER, node.get().idString());
        return values(seen(
                requireNonNull(admin.describeConfigs(List.of(resource)).values().get(resource)), patience));
    }

    private static Map<String, String> values(Optional<Config> config) {
        return config.map(all -> all.entries().stream()
                        .filter(entry -> entry.value() != null)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)))
                .orElse(Map.of());
    }

    /** Empty if it is not there or may not be seen. */
    private static <T> Optional<T> seen(KafkaFuture<T> answer, Duration patience) throws IOException {
        try {
            return Optional.of(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof AuthorizationException) {
                return Optional.empty();
            }
            throw new IOException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("The brokers do not answer within " + patience, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the brokers were asked", e);
        }
    }
}
