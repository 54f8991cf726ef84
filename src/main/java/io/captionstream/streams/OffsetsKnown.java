package io.captionstream.streams;

import static com.google.common.collect.ImmutableMap.toImmutableMap;
import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jboss.logging.Logger;

/**
 * The group has committed offsets, or never worked. Offsets of a group without members expire, after seven days by
 * default, and a group that is renamed has none: to begin with the first event then is to process everything again. A
 * group that never worked has left nothing in the topics that it writes.
 */
public final class OffsetsKnown implements Precondition {
    private static final Logger log = Logger.getLogger(OffsetsKnown.class);
    private static final long TIMEOUT_MILLIS = AdminProperties.PATIENCE.toMillis();

    private final Map<String, Object> adminProperties;
    private final String group;
    private final String source;
    private final List<String> targets;
    private final MissingOffsets policy;
    private final String setting;

    /**
     * Creates the precondition.
     *
     * @param group the consumer group
     * @param source what it reads
     * @param targets what it writes
     * @param policy what to do where its offsets are missing
     * @param setting key of the policy, for messages
     */
    public OffsetsKnown(
            Map<String, ?> adminProperties,
            String group,
            String source,
            List<String> targets,
            MissingOffsets policy,
            String setting) {
        this.adminProperties = AdminProperties.patient(adminProperties);
        this.group = requireNonNull(group, "group is null");
        this.source = requireNonNull(source, "source is null");
        this.targets = List.copyOf(targets);
        this.policy = requireNonNull(policy, "policy is null");
        this.setting = requireNonNull(setting, "setting is null");
    }

    @Override
    public String description() {
        return "offsets of group " + group;
    }

    @Override
    public void check() throws Exception {
        if (policy == MissingOffsets.EARLIEST) {
            return;
        }
        try (Admin admin = Admin.create(adminProperties)) {
            if (hasOffsets(admin) || ends(admin, targets).values().stream().allMatch(end -> end == 0)) {
                return;
            }
            if (policy == MissingOffsets.REFUSE) {
                throw new UnmetPreconditionException(
                        ("Group %s has no committed offsets of %s, and there is something in %s: its offsets have expired,"
                                        + " or it has another name now. To begin with the first event is to process all of"
                                        + " %s again. Set %s=earliest to do so, %s=latest to begin with the next event, or"
                                        + " set the offsets of the group (kafka-consumer-groups --reset-offsets)")
                                .formatted(group, source, String.join(", ", targets), source, setting, setting));
            }
            begin(admin, ends(admin, List.of(source)));
        }
    }

    private boolean hasOffsets(Admin admin) throws Exception {
        try {
            return admin
                    .listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .entrySet()
                    .stream()
                    .anyMatch(offset -> offset.getKey().topic().equals(source) && offset.getValue() != null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw e;
        }
    }

    private static Map<TopicPartition, Long> ends(Admin admin, Collection<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        admin.describeTopics(topics)
                .allTopicNames()
                .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .forEach((topic, description) -> description
                        .partitions()
                        .forEach(partition ->
                                latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                admin.listOffsets(latest).all().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        return ends.entrySet().stream()
                .collect(toImmutableMap(Map.Entry::getKey, end -> end.getValue().offset()));
    }

    private void begin(Admin admin, Map<TopicPartition, Long> ends) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        ends.forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
        admin.alterConsumerGroupOffsets(group, offsets).all().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        log.warnf("Group %s had no committed offsets and begins at the end of %s: %s", group, source, ends);
    }
}
