package io.captionstream.replay;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.captionstream.connection.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of a replay: its plan, in a topic of one record, and where it writes. */
final class ReplayTopics {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration POLL = Duration.ofMillis(200);

    private final Connection connection;
    private final String plan;

    /** @param name of the replay */
    ReplayTopics(Connection connection, String name) {
        this.connection = connection;
        this.plan = ReplayPlan.applicationId(name) + "-plan";
    }

    /** The plan of a replay that was begun and is not done. */
    Optional<ReplayPlan> readPlan() throws IOException {
        if (!exists(plan)) {
            return Optional.empty();
        }
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        scan(connection, plan, records::add);
        return records.isEmpty()
                ? Optional.empty()
                : Optional.of(JSON.readValue(records.get(0).value(), ReplayPlan.class));
    }

    void writePlan(ReplayPlan begun) throws IOException {
        create(plan, 1, Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
        byte[] value = JSON.writeValueAsBytes(begun);
        try (Producer<byte[], byte[]> producer = connection.writer()) {
            producer.send(new ProducerRecord<>(plan, value)).get(Connection.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new IOException("Cannot write to %s: %s".formatted(plan, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while writing to " + plan, e);
        }
    }

    /** Creates the topics of captions and dead letters where they are missing, with the partitions of the source. */
    void createTargets(ReplayPlan begun, int maxMessageBytes) throws IOException {
        for (String topic : List.of(begun.target(), begun.deadLetters())) {
            create(
                    topic,
                    begun.ranges().size(),
                    Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maxMessageBytes)));
        }
    }

    private void create(String topic, int partitions, Map<String, String> properties) throws IOException {
        if (exists(topic)) {
            return;
        }
        try (Admin admin = connection.admin()) {
            NewTopic created = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(properties);
            connection.await(admin.createTopics(List.of(created)).all());
        } catch (IOException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private boolean exists(String topic) throws IOException {
        try (Admin admin = connection.admin()) {
            return connection.await(admin.listTopics().names()).contains(topic);
        }
    }

    /** Tells of all committed records of a topic. */
    static void scan(Connection connection, String topic, Consumer<ConsumerRecord<byte[], byte[]>> sink)
            throws IOException {
        try (var consumer = connection.reader()) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic, Connection.PATIENCE).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new IOException("There is no topic " + topic);
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, Connection.PATIENCE);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(sink);
            }
        } catch (KafkaException e) {
            throw new IOException("Cannot read %s: %s".formatted(topic, e.getMessage()), e);
        }
    }

    /** Forgets the replay; its captions stay. */
    void delete() throws IOException {
        try (Admin admin = connection.admin()) {
            connection.await(admin.deleteTopics(List.of(plan)).all());
        } catch (IOException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }
}
