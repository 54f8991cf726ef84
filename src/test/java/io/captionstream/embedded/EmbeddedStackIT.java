package io.captionstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class EmbeddedStackIT {
    @Test
    void shouldKeepRecordsAndSchemasOverARestart() throws Exception {
        try (EmbeddedStack stack = EmbeddedStack.start()) {
            stack.broker().createTopics(1, "kept");
            send(stack, "before");
            int id = register(stack);

            stack.broker().stop();
            stack.registry().kill();
            stack.broker().start();
            stack.registry().start();
            stack.broker().awaitReady();
            stack.registry().awaitReady();

            send(stack, "after");
            assertThat(read(stack, 2)).containsExactly("before", "after");
            assertThat(register(stack)).isEqualTo(id);
        }
    }

    private static int register(EmbeddedStack stack) throws Exception {
        try (CachedSchemaRegistryClient client =
                new CachedSchemaRegistryClient(stack.registry().url(), 10)) {
            return client.register(
                    "kept-value",
                    new AvroSchema(SchemaBuilder.record("Kept").fields().endRecord()));
        }
    }

    private static void send(EmbeddedStack stack, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("kept", value)).get();
        }
    }

    private static List<String> read(EmbeddedStack stack, int count) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.broker().bootstrapServers(),
                        "group.id",
                        "reader",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(List.of("kept"));
            List<String> values = new java.util.ArrayList<>();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
            return values;
        }
    }
}
