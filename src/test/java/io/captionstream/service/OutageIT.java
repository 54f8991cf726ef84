package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.restassured.RestAssured;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takes registry and broker away from the packaged service, and gives them back. */
class OutageIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration BROKER_OUTAGE = Duration.ofSeconds(30);
    private static final byte[] PICTURE = ImageServer.jpeg();

    private int sent;

    @TempDir
    private Path directory;

    @Test
    void shouldOutlastOutagesOfRegistryAndBroker() throws Exception {
        try (EmbeddedStack stack = EmbeddedStack.start();
                EventLog log = new EventLog(stack, 2)) {
            Map<String, String> properties = new HashMap<>(log.serviceProperties());
            properties.put("captionstream.models", DemoModels.list());

            // The registry is away when the service starts.
            stack.registry().stop();
            try (ApplicationProcess service = ApplicationProcess.start(
                    DemoModels.application(), stack, directory, List.of("-Xmx512m"), properties)) {
                await().ignoreExceptions().atMost(LIMIT).until(() -> RestAssured.get(service.url() + "/q/health/ready")
                        .asString()
                        .contains("schema registry"));
                assertThat(RestAssured.get(service.url() + "/q/health/live").statusCode())
                        .isEqualTo(200);
                stack.registry().start();
                stack.registry().awaitReady();
                service.awaitReady();
                send(log, 50);
                await().atMost(LIMIT).until(() -> log.poll() >= sent);

                // It goes away in the middle, and events come with a schema the service has not seen.
                byte[] unseen = withUnseenSchema(stack);
                stack.registry().kill();
                log.send("unseen-schema", unseen);
                sent++;
                send(log, 20);
                await().atMost(LIMIT).until(() -> log.poll() >= sent - 1);
                stack.registry().start();
                stack.registry().awaitReady();
                await().atMost(LIMIT).until(() -> log.poll() >= sent);

                // The broker dies with work in flight, and stays away.
                send(log, 200);
                stack.broker().kill();
                Thread.sleep(BROKER_OUTAGE.toMillis());
                stack.broker().start();
                stack.broker().awaitReady();
                send(log, 50);
                await().atMost(LIMIT).until(() -> log.poll() >= sent);

                assertThat(log.deadLetters())
                        .extracting(letter -> EventLog.header(letter, "captionstream.error.reason"))
                        .isEmpty();
                log.verifyExactlyOnceInOrder(sent);
            }
        }
    }

    private void send(EventLog log, int count) {
        for (int i = 0; i < count; i++) {
            log.send(ImageEvent.newBuilder()
                    .setId("image-" + sent++ % 10)
                    .setContent(ByteBuffer.wrap(PICTURE))
                    .build());
        }
        log.flush();
    }

    private static byte[] withUnseenSchema(EmbeddedStack stack) {
        Schema schema = SchemaBuilder.record("ImageEvent")
                .namespace("io.captionstream.event")
                .fields()
                .requiredString("id")
                .requiredBytes("content")
                .endRecord();
        try (KafkaAvroSerializer serializer = new KafkaAvroSerializer()) {
            serializer.configure(Map.of("schema.registry.url", stack.registry().url()), false);
            return serializer.serialize(
                    "elsewhere",
                    new GenericRecordBuilder(schema)
                            .set("id", "unseen-schema")
                            .set("content", ByteBuffer.wrap(PICTURE))
                            .build());
        }
    }
}
