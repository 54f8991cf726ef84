package io.captionstream.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.embedded.EmbeddedStack;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class OffsetsKnownIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final String source = "source-" + UUID.randomUUID();
    private final String target = "target-" + UUID.randomUUID();
    private final String group = "group-" + UUID.randomUUID();

    @Test
    void shouldStartAGroupThatNeverWorked() throws Exception {
        stack.broker().createTopics(2, source, target);
        send(source);

        assertThatCode(precondition(MissingOffsets.REFUSE)::check).doesNotThrowAnyException();
    }

    @Test
    void shouldNotProcessEverythingAgainWhenOffsetsHaveExpired() throws Exception {
        stack.broker().createTopics(2, source, target);
        send(source);
        send(target);

        assertThatThrownBy(precondition(MissingOffsets.REFUSE)::check)
                .isInstanceOf(UnmetPreconditionException.class)
                .hasMessageContaining(group)
                .hasMessageContaining("the.setting=earliest");
        assertThatCode(precondition(MissingOffsets.EARLIEST)::check).doesNotThrowAnyException();
        assertThat(offsets()).isEmpty();

        precondition(MissingOffsets.LATEST).check();

        assertThat(offsets()).hasSize(2);
        assertThat(offsets().values().stream()
                        .mapToLong(OffsetAndMetadata::offset)
                        .sum())
                .isEqualTo(1);
        assertThatCode(precondition(MissingOffsets.REFUSE)::check).doesNotThrowAnyException();
    }

    private OffsetsKnown precondition(MissingOffsets policy) {
        return new OffsetsKnown(admin(), group, source, List.of(target), policy, "the.setting");
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets() throws Exception {
        try (Admin admin = Admin.create(admin())) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
        } catch (java.util.concurrent.ExecutionException e) {
            return Map.of();
        }
    }

    private Map<String, Object> admin() {
        return Map.of("bootstrap.servers", stack.broker().bootstrapServers());
    }

    private void send(String topic) throws Exception {
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(admin(), bytes, bytes)) {
            producer.send(new ProducerRecord<>(topic, new byte[1])).get();
        }
    }
}
