package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.SETTING_IGNORED;
import static io.captionstream.doctor.Ailment.TOPIC_MISSING;

import io.captionstream.connection.Connection;
import io.captionstream.provision.ClusterState;
import io.captionstream.provision.Shortcoming;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
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
                findings.addAll(look(need.getKey(), need.getValue(), described.get(need.getKey())));
            }
            findings.addAll(settings(admin));
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

    private List<Finding> look(String topic, Set<AclOperation> needed, KafkaFuture<TopicDescription> described)
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
        return lacking.isEmpty() ? List.of() : denied(topic, lacking);
    }

    private List<Finding> denied(String topic, Set<AclOperation> operations) {
        return operations.stream()
                .map(operation -> acls.missing(name(), operation, "topic", topic, false))
                .toList();
    }

    /** By the rules by which the service looks when it starts. */
    private List<Finding> settings(Admin admin) throws IOException {
        Set<String> names = new TreeSet<>();
        config.roles().forEach(role -> names.addAll(role.expectations().names()));
        ClusterState cluster = ClusterState.of(admin, names, config.patience());
        List<Finding> findings = config.roles().stream()
                .flatMap(role -> role.expectations().shortcomings(cluster).stream())
                .distinct()
                .map(this::finding)
                .collect(Collectors.toCollection(ArrayList::new));
        if (!cluster.unseen().isEmpty()) {
            findings.add(acls.unseen(name(), cluster.unseen()));
        }
        if (cluster.broker().isEmpty()) {
            findings.add(Finding.skipped(
                    name(), "The settings of the brokers may not be seen: that they suit is taken for granted"));
        }
        if (config.connection().kafkaProperties().containsKey(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)) {
            findings.add(Finding.warning(
                    name(),
                    SETTING_IGNORED,
                    "captionstream.kafka.properties.\"min.insync.replicas\" has no effect: of internal topics Kafka Streams sets what begins with topic.",
                    "Call it captionstream.kafka.properties.\"topic.min.insync.replicas\""));
        }
        return findings;
    }

    private Finding finding(Shortcoming shortcoming) {
        Ailment ailment = Ailment.valueOf(shortcoming.kind().name());
        return shortcoming.fatal()
                ? Finding.problem(name(), ailment, shortcoming.message(), shortcoming.remedy())
                : Finding.warning(name(), ailment, shortcoming.message(), shortcoming.remedy());
    }
}
