package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.INTERNAL_TOPICS_REFUSED;
import static io.captionstream.doctor.Ailment.TRANSACTIONS_UNAVAILABLE;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import io.captionstream.connection.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A role may use its consumer group, its transactional ids and, if it has such, its internal topics. */
final class ApplicationCheck implements Check {
    private final RoleNeeds role;
    private final Connection connection;
    private final Acls acls;

    ApplicationCheck(RoleNeeds role, Connection connection) {
        this.role = role;
        this.connection = connection;
        this.acls = new Acls(connection.settings());
    }

    @Override
    public String name() {
        return "rights of " + role.name();
    }

    @Override
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        try (Admin admin = connection.admin()) {
            group(admin).ifPresent(findings::add);
            if (role.trains()) {
                creation(admin).ifPresent(findings::add);
                findings.addAll(internalTopics(admin));
            }
            if (role.exactlyOnce()) {
                transactions().ifPresent(findings::add);
            }
        } catch (IOException | KafkaException e) {
            findings.add(Finding.skipped(name(), String.valueOf(e.getMessage())));
        }
        return findings.isEmpty()
                ? List.of(Finding.ok(
                        name(),
                        "group %s%s%s"
                                .formatted(
                                        role.applicationId(),
                                        role.trains() ? ", its internal topics" : "",
                                        role.exactlyOnce() ? ", its transactional ids" : "")))
                : findings;
    }

    /** A group that nobody has joined yet says nothing about who may read with it, only that it may be seen. */
    private Optional<Finding> group(Admin admin) throws IOException {
        String group = role.applicationId();
        try {
            ConsumerGroupDescription description = connection
                    .await(admin.describeConsumerGroups(
                                    List.of(group),
                                    new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                            .all())
                    .get(group);
            return description.authorizedOperations().contains(READ)
                    ? Optional.empty()
                    : Optional.of(acls.missing(name(), READ, "group", group, false));
        } catch (IOException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return Optional.of(acls.missing(name(), READ, "group", group, false));
            }
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<Finding> creation(Admin admin) throws IOException {
        String prefix = role.applicationId() + "-";
        NewTopic topic = new NewTopic(noTopic(), Optional.empty(), Optional.empty());
        try {
            connection.await(admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true))
                    .all());
            return Optional.empty();
        } catch (IOException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return Optional.of(acls.missing(name(), CREATE, "topic", prefix, true));
            }
            if (e.getCause() instanceof TopicExistsException) {
                return Optional.empty();
            }
            return Optional.of(
                    Finding.problem(
                            name(),
                            INTERNAL_TOPICS_REFUSED,
                            "The brokers would not create %s…: %s".formatted(prefix, message(e)),
                            "Set default.replication.factor of the brokers, or captionstream.kafka.properties.\"replication.factor\", to what the brokers can do, or mend their create.topic.policy"));
        }
    }

    /** What Kafka Streams keeps there it writes, and reads after a crash. */
    private List<Finding> internalTopics(Admin admin) throws IOException {
        Set<AclOperation> lacking = EnumSet.noneOf(AclOperation.class);
        for (String topic : existing(admin)) {
            lacking.addAll(lacking(admin, topic));
        }
        return lacking.stream()
                .map(operation -> acls.missing(name(), operation, "topic", role.applicationId() + "-", true))
                .toList();
    }

    /** Those that are there and, for what is not there can be forbidden, too, one that is not. */
    private Set<String> existing(Admin admin) throws IOException {
        Set<String> topics = new TreeSet<>(connection.await(admin.listTopics().names()));
        topics.removeIf(topic -> !topic.startsWith(role.applicationId() + "-"));
        topics.add(noTopic());
        return topics;
    }

    private Set<AclOperation> lacking(Admin admin, String topic) throws IOException {
        Set<AclOperation> lacking = EnumSet.of(READ, WRITE);
        try {
            lacking.removeAll(connection
                    .await(admin.describeTopics(
                                    List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                            .topicNameValues()
                            .get(topic))
                    .authorizedOperations());
        } catch (IOException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Set.of();
            }
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
        }
        return lacking;
    }

    private String noTopic() {
        return role.applicationId() + "-doctor-changelog";
    }

    private Optional<Finding> transactions() {
        String id = role.applicationId() + "-doctor";
        try (Producer<byte[], byte[]> producer =
                connection.writer(new ByteArraySerializer(), Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id))) {
            producer.initTransactions();
            return Optional.empty();
        } catch (AuthorizationException e) {
            return Optional.of(acls.missing(name(), WRITE, "transactional-id", role.applicationId() + "-", true));
        } catch (KafkaException e) {
            return Optional.of(
                    Finding.problem(
                            name(),
                            TRANSACTIONS_UNAVAILABLE,
                            "No transaction can be begun: " + e.getMessage(),
                            "Set transaction.state.log.replication.factor and transaction.state.log.min.isr of the brokers to no more than there are brokers; or set captionstream.caption.processing-guarantee=at_least_once"));
        }
    }

    private static String message(IOException e) {
        return String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
    }
}
