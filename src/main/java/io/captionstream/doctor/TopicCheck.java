package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.TOPIC_MISSING;
import static io.captionstream.doctor.Ailment.TOPIC_UNSUITABLE;
import static java.util.stream.Collectors.toMap;

import io.captionstream.connection.Connection;
import io.captionstream.provision.TopicSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics are there, are as they should be, and may be read and written. */
final class TopicCheck implements Check {
    private final DoctorConfig config;
    private final Connection connection;
    private final Acls acls;

    TopicCheck(DoctorConfig config, Connection connection) {
        this.config = config;
        this.connection = connection;
        this.acls = new Acls(config.connection());
    }

    @Override
    public String name() {
        return "topics";
    }

    @Override
    public List<Finding> run() {
        Map<String, Set<AclOperation>> needed = needed();
        try (Admin admin = connection.admin()) {
            List<Finding> findings = new ArrayList<>();
            Map<String, KafkaFuture<TopicDescription>> described = admin.describeTopics(
                            needed.keySet(), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                    .topicNameValues();
            for (Map.Entry<String, Set<AclOperation>> need : needed.entrySet()) {
                findings.addAll(look(admin, need.getKey(), need.getValue(), described.get(need.getKey())));
            }
            if (findings.isEmpty()) {
                findings.add(Finding.ok(name(), String.join(", ", needed.keySet())));
            }
            return findings;
        } catch (IOException | KafkaException e) {
            return List.of(Finding.skipped(name(), String.valueOf(e.getMessage())));
        }
    }

    private Map<String, Set<AclOperation>> needed() {
        Map<String, Set<AclOperation>> needed = new TreeMap<>();
        config.roles().forEach(role -> role.operations().forEach((topic, operations) -> needed.computeIfAbsent(
                        topic, name -> EnumSet.noneOf(AclOperation.class))
                .addAll(operations)));
        return needed;
    }

    private List<Finding> look(
            Admin admin, String topic, Set<AclOperation> needed, KafkaFuture<TopicDescription> described)
            throws IOException {
        Set<AclOperation> allowed;
        try {
            allowed = connection.await(described).authorizedOperations();
        } catch (IOException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of(Finding.problem(
                        name(),
                        TOPIC_MISSING,
                        "There is no topic " + topic,
                        "captionstream topics create, or create it as your brokers are managed"));
            }
            if (e.getCause() instanceof AuthorizationException) {
                return denied(topic, needed);
            }
            throw e;
        }
        Set<AclOperation> lacking = EnumSet.copyOf(needed);
        lacking.removeAll(allowed);
        List<Finding> findings = new ArrayList<>(lacking.isEmpty() ? List.of() : denied(topic, lacking));
        for (TopicSpec.Shortcoming shortcoming : shortcomings(admin, topic)) {
            findings.add(Finding.problem(name(), TOPIC_UNSUITABLE, shortcoming.message(), shortcoming.remedy()));
        }
        return findings;
    }

    private List<Finding> denied(String topic, Set<AclOperation> operations) {
        return operations.stream()
                .map(operation -> acls.missing(name(), operation, "topic", topic, false))
                .toList();
    }

    private List<TopicSpec.Shortcoming> shortcomings(Admin admin, String topic) throws IOException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> actual;
        try {
            actual = connection.await(admin.describeConfigs(List.of(resource)).all()).get(resource).entries().stream()
                    .filter(entry -> entry.value() != null)
                    .collect(toMap(ConfigEntry::name, ConfigEntry::value));
        } catch (IOException e) {
            // The service does not need to see them.
            if (e.getCause() instanceof AuthorizationException) {
                return List.of();
            }
            throw e;
        }
        return TopicSpec.all(config.topics(), 1).stream()
                .filter(spec -> spec.name().equals(topic))
                .flatMap(spec -> spec.shortcomings(actual).stream())
                .toList();
    }
}
