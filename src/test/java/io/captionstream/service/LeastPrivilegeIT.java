package io.captionstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs both roles, a producer and a consumer with the rights of the KafkaUsers in k8s, and no others. */
class LeastPrivilegeIT {
    private static final String CAPTIONER = "captionstream-captioner";
    private static final String TRAINER = "captionstream-trainer";
    private static final String PRODUCER = "captionstream-producer";
    private static final String CONSUMER = "captionstream-consumer";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Topics topics = Topics.defaults();
    private final List<ApplicationProcess> instances = new ArrayList<>();
    private EmbeddedBroker broker;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws Exception {
        List<JsonNode> users = new ArrayList<>();
        users.addAll(Manifests.ofKind(Manifests.FOLDER.resolve("components/strimzi/users.yaml"), "KafkaUser"));
        users.addAll(Manifests.ofKind(Manifests.FOLDER.resolve("components/keda/user.yaml"), "KafkaUser"));
        Map<String, String> passwords = new TreeMap<>();
        users.forEach(user -> passwords.put(Manifests.name(user), Manifests.name(user)));
        broker = EmbeddedBroker.secured(Files.createDirectories(directory.resolve("broker")), passwords);
        broker.start();
        broker.awaitReady();
        broker.createAllTopics(2, topics);
        try (Admin admin = broker.admin()) {
            admin.createAcls(users.stream().flatMap(user -> acls(user).stream()).toList())
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void close() {
        instances.forEach(ApplicationProcess::close);
        broker.close();
    }

    @Test
    void shouldDoTheirWorkAndNothingElse() throws Exception {
        ApplicationProcess captioner = start("caption", CAPTIONER);
        ApplicationProcess trainer = start("train", TRAINER);
        captioner.awaitReady();
        trainer.awaitReady();

        ImageEvent event = ImageEvent.newBuilder()
                .setId("a")
                .setContent(ByteBuffer.wrap(ImageServer.jpeg()))
                .build();
        publish(PRODUCER, topics.imageEvents(), "a", event);
        awaitRecord(CONSUMER, "captions-of-a-test", topics.captionEvents());
        // A caption without words goes through the trainer's internal topic and ends as a dead letter, in a
        // transaction.
        LabeledPair pair = LabeledPair.newBuilder(ColorLabels.label(1))
                .setCaptions(List.of("?"))
                .build();
        publish("admin", topics.labeledPairs(), pair.getId(), pair);
        await().atMost(LIMIT).until(() -> endOffsets(topics.labelDeadLetters()) > 0);

        for (ApplicationProcess instance : instances) {
            assertThat(instance.terminate(Duration.ofSeconds(60))).isZero();
            assertThat(Files.readString(instance.log())).doesNotContainIgnoringCase("authoriz");
        }
        assertMayNotWrite(CAPTIONER, topics.imageEvents());
        assertMayNotWrite(TRAINER, topics.captionEvents());
        assertMayNotWrite(CONSUMER, topics.captionEvents());
        assertMayNotWrite("captionstream-scaler", topics.imageEvents());
        assertThatThrownBy(() -> awaitRecord(CONSUMER, "captionstream-caption", topics.captionEvents()))
                .isInstanceOf(GroupAuthorizationException.class);
        assertThatThrownBy(() -> awaitRecord(PRODUCER, "captions-of-a-test", topics.captionEvents()))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void shouldServeThePageWithWhatItAdds() throws Exception {
        try (Admin admin = broker.admin()) {
            List<AclBinding> added = new ArrayList<>();
            for (JsonNode patch : Manifests.document(Manifests.FOLDER.resolve("components/page/rights.yaml"))) {
                added.addAll(acls(CAPTIONER, patch.path("value")));
            }
            admin.createAcls(added).all().get(30, TimeUnit.SECONDS);
        }
        Map<String, String> page =
                Manifests.properties(Files.readString(Manifests.FOLDER.resolve("components/page/page.properties")));
        page.replaceAll((key, value) -> value.replace("${PAGE_PASSWORD}", "secret"));
        ApplicationProcess service = start("caption", CAPTIONER, page);
        service.awaitReady();
        HttpClient browser = HttpClient.newHttpClient();
        String login = "Basic " + Base64.getEncoder().encodeToString("admin:secret".getBytes(StandardCharsets.UTF_8));
        HttpRequest.Builder events = HttpRequest.newBuilder(URI.create(service.url() + "/api/live/events"))
                .timeout(LIMIT);
        assertThat(browser.send(events.build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(401);

        try (Stream<String> told = browser.send(
                        events.header("Authorization", login).build(), BodyHandlers.ofLines())
                .body()) {
            HttpResponse<String> answer = browser.send(
                    HttpRequest.newBuilder(URI.create(service.url() + "/api/live/images"))
                            .header("Authorization", login)
                            .header("Content-Type", "image/jpeg")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(ImageServer.jpeg()))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            assertThat(CompletableFuture.supplyAsync(() -> told.anyMatch(
                                    line -> line.contains("\"resnet50-lstm\"") && line.contains("alternatives")))
                            .get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(service.terminate(Duration.ofSeconds(60))).isZero();
        assertThat(Files.readString(service.log())).doesNotContainIgnoringCase("authorizationexception");
    }

    private ApplicationProcess start(String role, String user) {
        return start(role, user, Map.of());
    }

    private ApplicationProcess start(String role, String user, Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(more);
        properties.put("captionstream.roles", role);
        properties.put(
                "captionstream.models", DemoModels.folder("resnet50-lstm").toString());
        properties.put(
                "captionstream.store.uri", directory.resolve("store").toUri().toString());
        properties.put("captionstream.kafka.bootstrap-servers", broker.bootstrapServers());
        EmbeddedBroker.credentials(user, user)
                .forEach((key, value) -> properties.put("captionstream.kafka.properties.\"" + key + "\"", value));
        ApplicationProcess instance = ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve(role), List.of("-Xmx512m"), properties);
        instances.add(instance);
        return instance;
    }

    private void publish(String user, String topic, String key, SpecificRecord value) throws Exception {
        try (var serializer = Clients.eventSerializer(stack.registry().url())) {
            write(user, topic, key, serializer.serialize(topic, value));
        }
    }

    private void write(String user, String topic, String key, byte[] value) throws Exception {
        Map<String, Object> properties = new HashMap<>(EmbeddedBroker.credentials(user, user));
        properties.put("bootstrap.servers", broker.bootstrapServers());
        try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            var unused = producer.send(new ProducerRecord<>(topic, key, value)).get(30, TimeUnit.SECONDS);
        }
    }

    private void assertMayNotWrite(String user, String topic) {
        assertThatThrownBy(() -> write(user, topic, "a", new byte[] {1}))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AuthorizationException.class);
    }

    private void awaitRecord(String user, String group, String topic) {
        Map<String, Object> properties = new HashMap<>(EmbeddedBroker.credentials(user, user));
        properties.put("bootstrap.servers", broker.bootstrapServers());
        properties.put("group.id", group);
        properties.put("auto.offset.reset", "earliest");
        properties.put("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            await().atMost(LIMIT)
                    .until(() -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
        }
    }

    private long endOffsets(String topic) {
        Map<String, Object> properties = new HashMap<>(EmbeddedBroker.credentials("admin", "admin"));
        properties.put("bootstrap.servers", broker.bootstrapServers());
        try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer
                    .endOffsets(consumer.partitionsFor(topic).stream()
                            .map(partition -> new TopicPartition(topic, partition.partition()))
                            .toList())
                    .values()
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private static List<AclBinding> acls(JsonNode user) {
        return Manifests.elements(user.at("/spec/authorization/acls"))
                .flatMap(acl -> acls(Manifests.name(user), acl).stream())
                .toList();
    }

    private static List<AclBinding> acls(String user, JsonNode acl) {
        JsonNode resource = acl.path("resource");
        ResourcePattern pattern = new ResourcePattern(
                type(resource.path("type").asText()),
                resource.path("name").asText(),
                resource.path("patternType").asText("literal").equals("prefix")
                        ? PatternType.PREFIXED
                        : PatternType.LITERAL);
        return Manifests.texts(acl.path("operations")).stream()
                .map(operation -> new AclBinding(
                        pattern,
                        new AccessControlEntry(
                                "User:" + user,
                                "*",
                                AclOperation.fromString(operation(operation)),
                                AclPermissionType.ALLOW)))
                .toList();
    }

    private static ResourceType type(String name) {
        return switch (name) {
            case "topic" -> ResourceType.TOPIC;
            case "group" -> ResourceType.GROUP;
            case "transactionalId" -> ResourceType.TRANSACTIONAL_ID;
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Strimzi writes DescribeConfigs what Kafka writes DESCRIBE_CONFIGS. */
    private static String operation(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
