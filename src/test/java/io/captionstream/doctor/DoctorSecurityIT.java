package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.ACL_MISSING;
import static io.captionstream.doctor.Ailment.BROKER_CREDENTIALS;
import static io.captionstream.doctor.Ailment.BROKER_PROTOCOL;
import static io.captionstream.doctor.Ailment.BROKER_SILENT;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.captionstream.connection.Connection;
import io.captionstream.connection.ConnectionSettings;
import io.captionstream.connection.LogReader;
import io.captionstream.doctor.DoctorIT.SetUp;
import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.Topics;
import io.captionstream.operations.TinyBundles;
import io.captionstream.publish.ImagePublisher;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that wants passwords and has rules: what it refuses is named as what it is. */
class DoctorSecurityIT {
    private static final String USER = "captioner";
    private static final String PASSWORD = "captioner-secret";
    private static final Topics TOPICS = Topics.defaults();
    private static final String APPLICATION = TOPICS.imageEvents() + "-app";
    private static final String TRAINING = TOPICS.labeledPairs() + "-app";

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;

    private final List<AclBinding> needed = List.of(
            acl(TOPIC, TOPICS.imageEvents(), LITERAL, READ),
            acl(TOPIC, TOPICS.captionEvents(), LITERAL, WRITE),
            acl(TOPIC, TOPICS.shadowCaptions(), LITERAL, WRITE),
            acl(TOPIC, TOPICS.deadLetters(), LITERAL, WRITE),
            acl(TOPIC, TOPICS.modelReleases(), LITERAL, READ),
            acl(TOPIC, TOPICS.trainingReports(), LITERAL, WRITE),
            acl(GROUP, APPLICATION, LITERAL, READ),
            acl(TRANSACTIONAL_ID, APPLICATION, PREFIXED, WRITE));
    private final List<AclBinding> neededToTrain = List.of(
            acl(TOPIC, TOPICS.labeledPairs(), LITERAL, READ),
            acl(TOPIC, TOPICS.labelDeadLetters(), LITERAL, WRITE),
            acl(TOPIC, TOPICS.modelReleases(), LITERAL, WRITE),
            acl(TOPIC, TOPICS.trainingCommands(), LITERAL, READ),
            acl(TOPIC, TRAINING + "-", PREFIXED, CREATE),
            acl(TOPIC, TRAINING + "-", PREFIXED, READ),
            acl(TOPIC, TRAINING + "-", PREFIXED, WRITE),
            acl(GROUP, TRAINING, LITERAL, READ),
            acl(TRANSACTIONAL_ID, TRAINING, PREFIXED, WRITE));
    private final List<AclBinding> seeing = TOPICS.all().stream()
            .map(topic -> acl(TOPIC, topic, LITERAL, DESCRIBE_CONFIGS))
            .toList();

    private SetUp setUp;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.secured(directory, Map.of(USER, PASSWORD));
        broker.start();
        broker.awaitReady();
        broker.createAllTopics(1, TOPICS);
        TinyBundles.version(1, directory.resolve("bundle"));
        Files.createDirectories(directory.resolve("store"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void prepare() {
        setUp = new SetUp(
                broker.bootstrapServers(), EmbeddedStack.shared().registry().url(), TOPICS, directory);
        setUp.kafka(EmbeddedBroker.credentials(USER, PASSWORD));
    }

    @Test
    void shouldNameAWrongPassword() throws Exception {
        setUp.kafka(EmbeddedBroker.credentials(USER, "guessed"));

        assertThat(problems()).singleElement().satisfies(problem -> {
            assertThat(problem.ailment()).isEqualTo(BROKER_CREDENTIALS);
            assertThat(problem.message()).contains("refuse the credentials of " + USER);
        });
    }

    @Test
    void shouldNameAnotherProtocol() throws Exception {
        setUp.kafka(Map.of());
        assertThat(problems()).singleElement().satisfies(problem -> {
            assertThat(problem.ailment()).isEqualTo(BROKER_SILENT);
            assertThat(problem.remedy()).contains("security.protocol\" (now PLAINTEXT)");
        });

        setUp.brokers(EmbeddedStack.shared().broker().bootstrapServers());
        setUp.kafka(EmbeddedBroker.credentials(USER, PASSWORD));
        assertThat(problems()).extracting(Finding::ailment).containsExactly(BROKER_PROTOCOL);
    }

    @Test
    void shouldFindNothingWrongWithTheRightsThatAreNeeded() throws Exception {
        grant(needed);

        assertThat(problems()).isEmpty();
    }

    @Test
    void shouldWarnOfSettingsThatMayNotBeSeen() throws Exception {
        grant(needed);
        assertThat(warnings()).singleElement().satisfies(warning -> {
            assertThat(warning.ailment()).isEqualTo(ACL_MISSING);
            assertThat(warning.message()).contains(TOPICS.captionEvents(), TOPICS.imageEvents());
            assertThat(warning.remedy())
                    .contains("--operation DescribeConfigs")
                    .contains("--topic " + TOPICS.deadLetters());
        });

        List<AclBinding> all = new ArrayList<>(needed);
        all.addAll(seeing);
        grant(all);
        assertThat(warnings()).isEmpty();
    }

    private List<Finding> warnings() throws IOException {
        return setUp.examine().stream()
                .filter(finding -> finding.status() == Finding.Status.WARNING)
                .toList();
    }

    @Test
    void shouldNameEveryRightThatIsMissing() throws Exception {
        shouldNameEachMissing(needed, needed);
    }

    @Test
    void shouldNameEveryRightToTrainThatIsMissing() throws Exception {
        setUp.trains = true;
        List<AclBinding> all = new ArrayList<>(needed);
        all.addAll(neededToTrain);
        // Of internal topics that are not there yet, brokers only say that nothing is allowed.
        shouldNameEachMissing(
                neededToTrain.stream()
                        .filter(binding -> !binding.pattern().name().equals(TRAINING + "-")
                                || binding.entry().operation().equals(CREATE))
                        .toList(),
                all);
    }

    @Test
    void shouldNameRightsToInternalTopicsThatAreThere() throws Exception {
        setUp.trains = true;
        broker.createTopics(1, TRAINING + "-store-changelog");
        List<AclBinding> granted = new ArrayList<>(needed);
        neededToTrain.stream()
                .filter(binding -> !binding.entry().operation().equals(WRITE)
                        || !binding.pattern().name().equals(TRAINING + "-"))
                .forEach(granted::add);
        grant(granted);

        assertThat(problems()).singleElement().satisfies(problem -> assertThat(problem.message())
                .isEqualTo("User:%s may not write topic %s-*".formatted(USER, TRAINING)));
    }

    private void shouldNameEachMissing(List<AclBinding> visible, List<AclBinding> all) throws Exception {
        for (AclBinding missing : visible) {
            List<AclBinding> granted = new ArrayList<>(all);
            granted.remove(missing);
            grant(granted);

            assertThat(problems()).as("without %s", missing).singleElement().satisfies(problem -> {
                assertThat(problem.ailment()).isEqualTo(ACL_MISSING);
                assertThat(problem.message())
                        .startsWith("User:%s may not ".formatted(USER))
                        .containsIgnoringCase(missing.entry().operation().name())
                        .contains(missing.pattern().name());
                assertThat(problem.remedy())
                        .contains("--allow-principal User:" + USER)
                        .contains(option(missing.pattern().resourceType()));
            });
        }
    }

    @Test
    void shouldAskForNoLessThanTheServiceNeeds() throws Exception {
        grant(needed);
        Map<String, String> properties = new HashMap<>();
        EmbeddedBroker.credentials(USER, PASSWORD)
                .forEach((key, value) -> properties.put("captionstream.kafka.properties.\"" + key + "\"", value));
        properties.put("captionstream.kafka.bootstrap-servers", broker.bootstrapServers());
        properties.put("captionstream.caption.application-id", APPLICATION);
        properties.put("captionstream.models", directory.resolve("bundle").toString());
        try (ApplicationProcess service = ApplicationProcess.start(
                        Path.of(System.getProperty("captionstream.application", "target/quarkus-app/quarkus-run.jar")),
                        EmbeddedStack.shared(),
                        directory.resolve("service"),
                        List.of("-Xmx512m"),
                        properties);
                Connection connection = new Connection(new ConnectionSettings(
                        broker.bootstrapServers(),
                        EmbeddedBroker.adminCredentials(),
                        EmbeddedStack.shared().registry().url(),
                        Map.of()))) {
            service.awaitReady();
            try (ImagePublisher publisher = ImagePublisher.open(connection, TOPICS.imageEvents(), true)) {
                publisher
                        .publish(ImageEvent.newBuilder()
                                .setId("cat")
                                .setContent(png())
                                .build())
                        .get(30, TimeUnit.SECONDS);
            }
            TopicPartition captions = new TopicPartition(TOPICS.captionEvents(), 0);
            try (LogReader reader = new LogReader(connection.reader())) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> reader.record(captions, 0).isPresent());
            }
            assertThat(problems()).isEmpty();
        }
    }

    private static ByteBuffer png() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", png);
        return ByteBuffer.wrap(png.toByteArray());
    }

    private List<Finding> problems() throws IOException {
        return setUp.examine().stream().filter(Finding::isProblem).toList();
    }

    private static String option(ResourceType type) {
        return switch (type) {
            case TOPIC -> "--topic ";
            case GROUP -> "--group ";
            case TRANSACTIONAL_ID -> "--transactional-id ";
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    private static AclBinding acl(ResourceType type, String name, PatternType pattern, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + USER, "*", operation, AclPermissionType.ALLOW));
    }

    /** These rights and no others, when the broker knows. */
    private static void grant(List<AclBinding> bindings) throws Exception {
        try (Admin admin = broker.admin()) {
            admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get(10, TimeUnit.SECONDS);
            admin.createAcls(bindings).all().get(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> admin.describeAcls(AclBindingFilter.ANY)
                                    .values()
                                    .get(10, TimeUnit.SECONDS)
                                    .size()
                            == bindings.size());
        }
    }
}
