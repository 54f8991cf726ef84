package io.captionstream.caption;

import com.google.common.base.Throwables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** What the broker says of a group of instances. */
final class GroupView implements AutoCloseable {
    private final Admin admin;
    private final String group;
    private final int partitions;

    GroupView(Admin admin, String group, int partitions) {
        this.admin = admin;
        this.group = group;
        this.partitions = partitions;
    }

    /** Whether all events below the given offsets have outcomes, as far as it is committed. */
    boolean hasFinished(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        return ends.entrySet().stream().allMatch(end -> {
            OffsetAndMetadata offset = committed.get(end.getKey());
            return end.getValue() == 0 || (offset != null && offset.offset() >= end.getValue());
        });
    }

    /** Whether exactly these instances are its members, and all partitions are theirs. */
    boolean isOf(String... instances) {
        ConsumerGroupDescription description;
        try {
            description = get(admin.describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .get(group));
        } catch (GroupIdNotFoundException e) {
            // Nobody has joined yet.
            return false;
        }
        if (description.groupState() != GroupState.STABLE) {
            return false;
        }
        Map<String, Integer> owned = new HashMap<>();
        for (MemberDescription member : description.members()) {
            String instance = member.clientId().replaceFirst("-StreamThread-.*", "");
            owned.merge(instance, member.assignment().topicPartitions().size(), Integer::sum);
        }
        return owned.keySet().equals(Set.of(instances))
                && owned.values().stream().mapToInt(Integer::intValue).sum() == partitions;
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwables.throwIfUnchecked(e.getCause());
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("The broker does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
