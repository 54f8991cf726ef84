package io.captionstream.doctor;

import static io.captionstream.doctor.Ailment.BROKER_ADVERTISED;
import static io.captionstream.doctor.Ailment.BROKER_SETTINGS;
import static io.captionstream.doctor.Ailment.BROKER_TLS;
import static io.captionstream.doctor.Ailment.BROKER_UNKNOWN_HOST;
import static io.captionstream.doctor.Ailment.BROKER_UNREACHABLE;
import static io.captionstream.doctor.Ailment.CLOCK_SKEWED;
import static io.captionstream.doctor.Ailment.DEVICE_MISSING;
import static io.captionstream.doctor.Ailment.DEVICE_UNUSED;
import static io.captionstream.doctor.Ailment.DISK_FULL;
import static io.captionstream.doctor.Ailment.DISK_UNWRITABLE;
import static io.captionstream.doctor.Ailment.INTERNAL_TOPICS_REFUSED;
import static io.captionstream.doctor.Ailment.INTERNAL_TOPIC_PARTITIONS;
import static io.captionstream.doctor.Ailment.MODEL_MISSING;
import static io.captionstream.doctor.Ailment.MODEL_UNUSABLE;
import static io.captionstream.doctor.Ailment.NATIVES_MISSING;
import static io.captionstream.doctor.Ailment.OFFSETS_EXPIRE;
import static io.captionstream.doctor.Ailment.OFFSET_METADATA_TOO_SMALL;
import static io.captionstream.doctor.Ailment.REGISTRY_ADDRESS;
import static io.captionstream.doctor.Ailment.REGISTRY_CREDENTIALS;
import static io.captionstream.doctor.Ailment.REGISTRY_UNREACHABLE;
import static io.captionstream.doctor.Ailment.REQUESTS_TOO_LARGE;
import static io.captionstream.doctor.Ailment.SCHEMA_INCOMPATIBLE;
import static io.captionstream.doctor.Ailment.SCHEMA_MISSING;
import static io.captionstream.doctor.Ailment.SETTING_IGNORED;
import static io.captionstream.doctor.Ailment.STORE_MISSING;
import static io.captionstream.doctor.Ailment.STORE_UNREADABLE;
import static io.captionstream.doctor.Ailment.STORE_UNWRITABLE;
import static io.captionstream.doctor.Ailment.TOPIC_COMPACTED;
import static io.captionstream.doctor.Ailment.TOPIC_MISSING;
import static io.captionstream.doctor.Ailment.TOPIC_REPLICAS;
import static io.captionstream.doctor.Ailment.TOPIC_RETENTION;
import static io.captionstream.doctor.Ailment.TOPIC_TOO_SMALL;
import static io.captionstream.doctor.Ailment.TOPIC_UNSUITABLE;
import static io.captionstream.doctor.Ailment.TRANSACTIONS_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.engine.Engine;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.captionstream.Captionstream;
import io.captionstream.connection.Connection;
import io.captionstream.connection.ConnectionSettings;
import io.captionstream.embedded.ChildJvm;
import io.captionstream.embedded.EmbeddedBroker;
import io.captionstream.embedded.EmbeddedS3;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.embedded.Ports;
import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import io.captionstream.model.CaptionerConfig;
import io.captionstream.network.TensorFlowRuntime;
import io.captionstream.operations.TinyBundles;
import io.captionstream.provision.TopicCreation;
import io.captionstream.provision.TopicSpec;
import io.captionstream.store.StoreConfig;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Set-ups that are broken in one way each, on a real broker and registry: it names that, and nothing else. */
class DoctorIT {
    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Topics topics =
            Topics.prefixed("d" + UUID.randomUUID().toString().substring(0, 8) + "-");

    @TempDir
    private Path folder;

    private SetUp setUp;

    @BeforeEach
    void prepare() throws Exception {
        TinyBundles.version(1, folder.resolve("bundle"));
        Files.createDirectories(folder.resolve("store"));
        setUp = new SetUp(stack, topics, folder);
        try (Connection connection = new Connection(setUp.connection)) {
            new TopicCreation(connection).create(TopicSpec.all(topics, 2), (short) -1, false);
        }
    }

    @Test
    void shouldFindNothingWrongWhereNothingIs() throws IOException {
        setUp.trains = true;

        assertThat(setUp.examine())
                .extracting(Finding::check)
                .contains("device", "models", "disk", "store", "brokers", "topics", "registry", "schemas", "clock")
                .contains("rights of caption", "rights of train");
        assertThat(setUp.examine()).extracting(Finding::status).containsOnly(Finding.Status.OK);
    }

    @Test
    void shouldNameBrokersThatAreAway() throws IOException {
        setUp.brokers("127.0.0.1:" + Ports.free());

        assertOnly(BROKER_UNREACHABLE, "Nothing accepts connections at 127.0.0.1:");
        assertThat(setUp.examine())
                .filteredOn(finding -> finding.check().equals("topics"))
                .extracting(Finding::status)
                .containsExactly(Finding.Status.SKIPPED);
    }

    @Test
    void shouldNameBrokersThatNobodyKnows() throws IOException {
        setUp.brokers("no-such-broker.invalid:9092");

        assertOnly(BROKER_UNKNOWN_HOST, "no-such-broker.invalid:9092");
    }

    @Test
    void shouldNameSettingsThatMakeNoClient() throws IOException {
        setUp.kafka(Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN"));
        assertOnly(BROKER_SETTINGS, "Could not find a 'KafkaClient' entry in the JAAS configuration");

        setUp.kafka(Map.of());
        setUp.brokers("broker");
        assertOnly(BROKER_SETTINGS, "'broker' is no HOST:PORT");
    }

    @Test
    void shouldNameMissingTopics() throws IOException {
        setUp.topics = new Topics(
                topics.imageEvents(),
                topics.captionEvents() + "-typo",
                topics.deadLetters(),
                topics.shadowCaptions(),
                topics.labeledPairs(),
                topics.labelDeadLetters(),
                topics.modelReleases(),
                topics.trainingCommands(),
                topics.trainingReports());

        assertOnly(TOPIC_MISSING, topics.captionEvents() + "-typo");
    }

    @Test
    void shouldNameTopicsThatAreNotAsTheyShouldBe() throws IOException {
        Topics other = Topics.prefixed(topics.imageEvents() + "-");
        stack.broker()
                .createTopics(
                        1,
                        other.imageEvents(),
                        other.captionEvents(),
                        other.deadLetters(),
                        other.shadowCaptions(),
                        other.modelReleases(),
                        other.trainingReports());
        setUp.topics = other;

        assertOnly(TOPIC_UNSUITABLE, other.modelReleases() + " has cleanup.policy=delete and needs compact");
    }

    @Test
    void shouldNameOutcomesThatAreCompacted() throws Exception {
        alter(topics.captionEvents(), "cleanup.policy", "compact");

        assertOnly(TOPIC_COMPACTED, topics.captionEvents() + " has cleanup.policy=compact");
    }

    @Test
    void shouldWarnOfTopicsThatTakeLessThanTheServiceMayWrite() throws Exception {
        setUp.sizes = new RecordSizes(64 << 20);

        assertThat(setUp.examine())
                .filteredOn(finding -> finding.ailment() == TOPIC_TOO_SMALL)
                .hasSize(4)
                .extracting(Finding::status)
                .containsOnly(Finding.Status.WARNING);
        assertThat(problems()).isEmpty();
    }

    @Test
    void shouldWarnOfEventsThatAreDeletedSoon() throws Exception {
        alter(topics.imageEvents(), "retention.ms", "60000");

        assertWarning(TOPIC_RETENTION, topics.imageEvents() + " keeps events for 60000 ms");
    }

    @Test
    void shouldWarnOfEventsThatAreKeptForLongerThanOffsets() throws Exception {
        alter(topics.imageEvents(), "retention.ms", "-1");

        assertWarning(OFFSETS_EXPIRE, topics.imageEvents() + " keeps events for longer");
    }

    @Test
    void shouldNameReplicasThatAreTooFew() throws Exception {
        alter(topics.deadLetters(), "min.insync.replicas", "2");

        assertOnly(TOPIC_REPLICAS, topics.deadLetters() + " has 1 replicas and min.insync.replicas=2");
    }

    @Test
    void shouldNameInternalTopicsOfAnotherNumberOfPartitions() throws IOException {
        setUp.trains = true;
        String changelog = topics.labeledPairs() + "-app-label-progress-changelog";
        stack.broker().createTopics(1, changelog);

        assertOnly(INTERNAL_TOPIC_PARTITIONS, changelog + " has 1 partitions and must have 2");
    }

    @Test
    void shouldWarnOfASettingThatKafkaStreamsIgnores() throws IOException {
        setUp.kafka(Map.of("min.insync.replicas", "2"));

        assertWarning(SETTING_IGNORED, "\"min.insync.replicas\" has no effect");
    }

    private void assertWarning(Ailment ailment, String message) throws IOException {
        List<Finding> warnings = setUp.examine().stream()
                .filter(finding -> finding.status() != Finding.Status.OK)
                .toList();
        assertThat(warnings).singleElement().satisfies(warning -> {
            assertThat(warning.status()).isEqualTo(Finding.Status.WARNING);
            assertThat(warning.ailment()).isEqualTo(ailment);
            assertThat(warning.message()).contains(message);
            assertThat(warning.remedy()).isNotBlank();
        });
    }

    private void alter(String topic, String key, String value) throws Exception {
        try (Admin admin = stack.broker().admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldNameARegistryThatIsAway() throws IOException {
        setUp.registry("http://127.0.0.1:" + Ports.free());

        assertOnly(REGISTRY_UNREACHABLE, "does not answer");
    }

    @Test
    void shouldNameARegistryThatIsAnotherThing() throws IOException {
        setUp.registry(stack.registry().url().replace("/apis/ccompat/v7", ""));

        assertOnly(REGISTRY_ADDRESS, "does not answer as a schema registry");
    }

    @Test
    void shouldNameARegistryThatRefusesThePassword() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = "{\"error_code\": 401, \"message\": \"Unauthorized\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            setUp.registry("http://127.0.0.1:" + server.getAddress().getPort());

            assertOnly(REGISTRY_CREDENTIALS, "refuses the credentials");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void shouldNameSchemasThatDoNotGoTogether() throws IOException {
        try (Connection connection = new Connection(setUp.connection)) {
            connection.register(Map.of(
                    topics.captionEvents(),
                    SchemaBuilder.record("Invoice")
                            .fields()
                            .requiredInt("number")
                            .endRecord()));
        }

        assertOnly(SCHEMA_INCOMPATIBLE, topics.captionEvents() + "-value");
    }

    @Test
    void shouldNameSchemasThatNobodyRegisters() throws IOException {
        setUp.registers = false;

        assertThat(problems()).hasSize(5).allSatisfy(finding -> assertThat(finding.ailment())
                .isEqualTo(SCHEMA_MISSING));
    }

    @Test
    void shouldNameAStoreThatCannotBeRead() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a store");
        setUp.store = StoreConfig.of(file.toUri());
        assertOnly(STORE_UNREADABLE, "it is no folder that can be read");

        setUp.store = StoreConfig.of(folder.resolve("nowhere").toUri());
        assertOnly(STORE_UNREADABLE, "there is no such folder");

        setUp.store = null;
        assertThat(problems()).isEmpty();
        setUp.trains = true;
        assertOnly(STORE_MISSING, "trainers need one");
    }

    @Test
    void shouldNameABucketWhoseKeyIsWrong() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("s3"));
        try (EmbeddedS3 server = new EmbeddedS3(directory)) {
            server.start();
            server.awaitReady();
            System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
            System.setProperty("aws.secretAccessKey", "not-" + EmbeddedS3.SECRET_KEY);
            setUp.store = new StoreConfig(URI.create("s3://models/bundles"), server.endpoint(), null, true);

            assertOnly(STORE_UNREADABLE, "Cannot read s3://models/bundles/: The request signature");
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void shouldNameModelsThatAreNone() throws IOException {
        Files.delete(folder.resolve("bundle/vocabulary.txt"));
        assertOnly(MODEL_UNUSABLE, "vocabulary.txt");

        setUp.models = List.of();
        assertOnly(MODEL_MISSING, "No model is configured");
    }

    @Test
    void shouldNameAFullDisk() throws IOException {
        setUp.minimumDisk = Long.MAX_VALUE;

        assertOnly(DISK_FULL, "MB left");
    }

    @Test
    void shouldNameADiskThatCannotBeWrittenTo() throws IOException {
        setUp.state = Files.writeString(folder.resolve("file"), "").resolve("state");

        assertOnly(DISK_UNWRITABLE, "is a file");
    }

    @Test
    void shouldNameAMissingDevice() throws IOException {
        TensorFlowRuntime.ensureLoaded();
        assumeThat(Engine.getEngine("TensorFlow").getGpuCount()).isZero();
        setUp.device = CaptionerConfig.Device.GPU;

        assertOnly(DEVICE_MISSING, "sees none");
    }

    @Test
    void shouldNameADeviceThatIsNotUsed() {
        TensorFlowRuntime.ensureLoaded();
        assumeThat(Engine.getEngine("TensorFlow").getGpuCount()).isZero();

        assertThat(new DeviceCheck(CaptionerConfig.Device.AUTO, folder).run())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.status()).isEqualTo(Finding.Status.WARNING);
                    assertThat(finding.ailment()).isEqualTo(DEVICE_UNUSED);
                });
        assertThat(new DeviceCheck(CaptionerConfig.Device.CPU, folder).run())
                .extracting(Finding::status)
                .containsExactly(Finding.Status.OK);
    }

    @Test
    void shouldNameBrokersThatSendElsewhere() throws IOException {
        try (Connection connection = new Connection(setUp.connection)) {
            BrokerCheck check = new BrokerCheck(setUp.connection, connection, Duration.ofSeconds(4));
            Node reached = new Node(1, "127.0.0.1", stack.broker().port());
            int nowhere = Ports.free();

            assertThat(check.unreachable(List.of(reached, new Node(2, "127.0.0.1", nowhere))))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.ailment()).isEqualTo(BROKER_ADVERTISED);
                        assertThat(finding.message()).contains("127.0.0.1:" + nowhere);
                    });
        }
    }

    @Test
    void shouldNameBrokersThatCannotDoWhatTheyAreSetTo() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("broker"));
        try (EmbeddedBroker broker = EmbeddedBroker.with(
                directory,
                Map.of(
                        "default.replication.factor",
                        "3",
                        "transaction.state.log.replication.factor",
                        "3",
                        "offset.metadata.max.bytes",
                        "1024",
                        "socket.request.max.bytes",
                        "1048576"))) {
            broker.start();
            broker.awaitReady();
            broker.createAllTopics(1, topics);
            setUp.brokers(broker.bootstrapServers());
            setUp.trains = true;

            assertThat(problems())
                    .extracting(Finding::ailment)
                    .containsOnly(
                            REQUESTS_TOO_LARGE,
                            OFFSET_METADATA_TOO_SMALL,
                            INTERNAL_TOPICS_REFUSED,
                            TRANSACTIONS_UNAVAILABLE);
        }
    }

    @Test
    void shouldNameCertificatesThatNobodyTrusts() throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
        server.start();
        try {
            setUp.brokers("127.0.0.1:" + server.getAddress().getPort());
            setUp.kafka(Map.of("security.protocol", "SSL"));

            assertOnly(BROKER_TLS, "TLS fails: ");
        } finally {
            server.stop(0);
        }
    }

    private SSLContext selfSigned() throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "secret")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(file.toFile(), "secret".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    @Test
    void shouldNameAStoreThatTrainersCannotWriteTo() throws IOException {
        // Not even its owner writes there.
        Path system = Path.of("/sys/kernel");
        assumeThat(system).isDirectory();
        setUp.store = StoreConfig.of(system.toUri());
        assertThat(problems()).isEmpty();
        setUp.trains = true;

        assertOnly(STORE_UNWRITABLE, "/sys/kernel");
    }

    @Test
    void shouldNameAClockThatGoesWrong() throws IOException {
        setUp.clock = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));

        assertOnly(CLOCK_SKEWED, "behind that of the registry");
    }

    @Test
    void shouldNameMissingNatives() throws IOException {
        // The class path of a build for another platform: all but TensorFlow's native libraries.
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("tensorflow-core-native")
                        || !entry.contains("x86_64") && !entry.contains("arm64"))
                .collect(Collectors.joining(File.pathSeparator));
        Path log = folder.resolve("doctor.log");
        try (ChildJvm doctor = ChildJvm.start(
                "Doctor",
                log,
                classPath,
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                Captionstream.class.getName(),
                List.of(
                        "doctor",
                        "--timeout",
                        "2",
                        "--models",
                        folder.resolve("bundle").toString(),
                        "--bootstrap-servers",
                        "127.0.0.1:" + Ports.free(),
                        "--schema-registry",
                        stack.registry().url()))) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !doctor.isAlive());

            assertThat(doctor.terminate(Duration.ofSeconds(1))).isEqualTo(1);
            assertThat(log)
                    .content()
                    .contains("skipped models: ")
                    .contains("PROBLEM device: " + NATIVES_MISSING + " TensorFlow does not load: ")
                    .contains("PROBLEM brokers: " + BROKER_UNREACHABLE)
                    .contains("ok      registry:")
                    .contains("2 to mend.");
        }
    }

    private void assertOnly(Ailment ailment, String message) throws IOException {
        List<Finding> problems = problems();
        assertThat(problems).extracting(Finding::ailment).containsExactly(ailment);
        assertThat(problems.get(0).message()).contains(message);
        assertThat(problems.get(0).remedy()).isNotBlank();
    }

    private List<Finding> problems() throws IOException {
        return setUp.examine().stream().filter(Finding::isProblem).toList();
    }

    /** A set-up in which nothing is wrong, until something is changed. */
    static final class SetUp {
        private static final int PARTITIONS = 8;

        ConnectionSettings connection;
        Topics topics;
        StoreConfig store;
        List<Path> models;
        Path state;
        boolean trains;
        boolean registers = true;
        long minimumDisk = 1;
        CaptionerConfig.Device device = CaptionerConfig.Device.CPU;
        Clock clock = Clock.systemUTC();
        RecordSizes sizes = RecordSizes.defaults();

        SetUp(EmbeddedStack stack, Topics topics, Path folder) {
            this(stack.broker().bootstrapServers(), stack.registry().url(), topics, folder);
        }

        SetUp(String brokers, String registry, Topics topics, Path folder) {
            this.connection = new ConnectionSettings(brokers, Map.of(), registry, Map.of());
            this.topics = topics;
            this.store = StoreConfig.of(folder.resolve("store").toUri());
            this.models = List.of(folder.resolve("bundle"));
            this.state = folder.resolve("state");
        }

        void brokers(String servers) {
            connection =
                    new ConnectionSettings(servers, connection.kafkaProperties(), connection.registryUrl(), Map.of());
        }

        void registry(String url) {
            connection =
                    new ConnectionSettings(connection.bootstrapServers(), connection.kafkaProperties(), url, Map.of());
        }

        void kafka(Map<String, String> properties) {
            connection = new ConnectionSettings(
                    connection.bootstrapServers(), properties, connection.registryUrl(), Map.of());
        }

        List<Finding> examine() throws IOException {
            RoleNeeds caption = RoleNeeds.caption(topics, topics.imageEvents() + "-app", true, sizes);
            RoleNeeds train = RoleNeeds.train(topics, topics.labeledPairs() + "-app", PARTITIONS, sizes);
            return new Doctor(new DoctorConfig(
                            connection,
                            topics,
                            trains ? List.of(caption, train) : List.of(caption),
                            registers,
                            store,
                            models,
                            List.of(state),
                            minimumDisk,
                            device,
                            Duration.ofSeconds(4),
                            clock))
                    .examine(finding -> {});
        }
    }
}
