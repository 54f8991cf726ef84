package io.captionstream.live;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** How far a consumer group is behind the end of a topic. */
final class GroupLag implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(GroupLag.class);
    private static final int PATIENCE_SECONDS = 5;

    private final Supplier<Admin> admins;
    private final String group;
    private final String topic;
    private @Nullable Admin admin;
    private boolean closed;

    private volatile @Nullable Long images;

    GroupLag(Supplier<Admin> admins, String group, String topic) {
        this.admins = requireNonNull(admins, "admins is null");
        this.group = requireNonNull(group, "group is null");
        this.topic = requireNonNull(topic, "topic is null");
    }

    /** As of the last measurement; null if that failed. */
    @Nullable
    Long images() {
        return images;
    }

    /** Asks the brokers. */
    synchronized void measure() {
        if (closed) {
            return;
        }
        try {
            Admin client = admin;
            if (client == null) {
                client = admins.get();
                admin = client;
            }
            images = lag(client);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(e, "Cannot measure the lag of %s", group);
            images = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long lag(Admin client) throws ExecutionException, TimeoutException, InterruptedException {
        TopicDescription description = requireNonNull(
                await(client.describeTopics(List.of(topic)).allTopicNames()).get(topic));
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        Map<TopicPartition, OffsetSpec> beginnings = new HashMap<>();
        description.partitions().forEach(info -> {
            TopicPartition partition = new TopicPartition(topic, info.partition());
            ends.put(partition, OffsetSpec.latest());
            beginnings.put(partition, OffsetSpec.earliest());
        });
        Map<TopicPartition, OffsetAndMetadata> committed =
                await(client.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Map<TopicPartition, ListOffsetsResultInfo> last =
                await(client.listOffsets(ends).all());
        Map<TopicPartition, ListOffsetsResultInfo> first =
                await(client.listOffsets(beginnings).all());
        long lag = 0;
        for (TopicPartition partition : ends.keySet()) {
            OffsetAndMetadata position = committed.get(partition);
            long begin = requireNonNull(first.get(partition)).offset();
            long from = position == null ? begin : Math.max(begin, position.offset());
            lag += Math.max(0, requireNonNull(last.get(partition)).offset() - from);
        }
        return lag;
    }

    private static <T> T await(KafkaFuture<T> answer)
            throws ExecutionException, TimeoutException, InterruptedException {
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (admin != null) {
            admin.close();
        }
    }
}
