package io.captionstream.embedded;

import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;

/** A real Kafka broker in a child JVM on loopback. It keeps its port and data over {@link #stop} and {@link #start}. */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String ADMIN = "admin";

    private final Path directory;
    private final Map<String, String> settings;
    private final Map<String, Object> adminProperties;
    private final int port = Ports.free();
    private final int controllerPort = Ports.free();
    private ChildJvm child;

    /** Whoever comes may do anything. */
    public EmbeddedBroker(Path directory) {
        this(directory, Map.of(), Map.of());
    }

    private EmbeddedBroker(Path directory, Map<String, String> settings, Map<String, Object> adminProperties) {
        this.directory = directory;
        this.settings = settings;
        this.adminProperties = new HashMap<>(adminProperties);
        this.adminProperties.put("bootstrap.servers", bootstrapServers());
    }

    /**
     * With settings of its own.
     *
     * @param settings win over the usual ones
     */
    public static EmbeddedBroker with(Path directory, Map<String, String> settings) {
        return new EmbeddedBroker(directory, settings, Map.of());
    }

    /**
     * Wants a password (SASL/PLAIN, without TLS) and allows nothing that no ACL does, but to {@link #admin}.
     *
     * @param passwords by user
     */
    public static EmbeddedBroker secured(Path directory, Map<String, String> passwords) {
        Map<String, String> all = new TreeMap<>(passwords);
        all.put(ADMIN, ADMIN);
        StringBuilder users = new StringBuilder();
        all.forEach((user, password) -> users.append(" user_%s=\"%s\"".formatted(user, password)));
        String login = login(ADMIN, ADMIN).replace(";", users + ";");
        return new EmbeddedBroker(
                directory,
                Map.of(
                        "listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "sasl.mechanism.inter.broker.protocol", "PLAIN",
                        "listener.name.client.plain.sasl.jaas.config", login,
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        // Anonymous is who comes by the controller's listener: the broker.
                        "super.users", "User:ANONYMOUS;User:" + ADMIN),
                Map.copyOf(credentials(ADMIN, ADMIN)));
    }

    /** What a client of a secured broker has to set. */
    public static Map<String, String> credentials(String user, String password) {
        return Map.of(
                "security.protocol", "SASL_PLAINTEXT",
                "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", login(user, password));
    }

    /** Of who may do anything with a secured broker. */
    public static Map<String, String> adminCredentials() {
        return credentials(ADMIN, ADMIN);
    }

    private static String login(String user, String password) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
                .formatted(user, password);
    }

    /** A client that may do anything. */
    public Admin admin() {
        return Admin.create(adminProperties);
    }

    /** Starts the broker; returns at once, see {@link #awaitReady}. */
    public void start() {
        child = ChildJvm.start(
                "Kafka broker",
                directory.resolve("broker.log"),
                System.getProperty("java.class.path"),
                List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                BrokerMain.class.getName(),
                arguments());
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                directory.resolve("kafka").toString(), Integer.toString(port), Integer.toString(controllerPort)));
        settings.forEach((key, value) -> arguments.add(key + "=" + value));
        return arguments;
    }

    public void awaitReady() {
        child.awaitReady(Duration.ofSeconds(60), () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            }
            return answers();
        });
    }

    private boolean answers() throws InterruptedException {
        Map<String, Object> impatient = new HashMap<>(adminProperties);
        impatient.putAll(Map.of("request.timeout.ms", 2000, "default.api.timeout.ms", 2000));
        try (Admin admin = Admin.create(impatient)) {
            return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == 1;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Creates all topics of the service, as an operator does: releases in one partition, compacted. */
    public void createAllTopics(int partitions, Topics topics) {
        createTopics(
                partitions,
                topics.imageEvents(),
                topics.captionEvents(),
                topics.deadLetters(),
                topics.shadowCaptions(),
                topics.labeledPairs(),
                topics.labelDeadLetters());
        createTopics(1, topics.trainingCommands(), topics.trainingReports());
        create(List.of(
                new NewTopic(topics.modelReleases(), 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))));
    }

    /** Creates topics with one replica. */
    public void createTopics(int partitions, String... names) {
        create(Arrays.stream(names)
                .map(name -> new NewTopic(name, partitions, (short) 1)
                        .configs(Map.of(
                                "max.message.bytes",
                                Integer.toString(RecordSizes.defaults().maxWrittenBytes()))))
                .toList());
    }

    private void create(List<NewTopic> topics) {
        try (Admin admin = admin()) {
            admin.createTopics(topics).all().get(30, TimeUnit.SECONDS);
            // The controller knows of them before the broker does.
            Set<String> names = topics.stream().map(NewTopic::name).collect(Collectors.toSet());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> admin.listTopics().names().get().containsAll(names));
        } catch (Exception e) {
            throw new IllegalStateException("Could not create " + topics, e);
        }
    }

    /** Stops in order. */
    public void stop() {
        child.terminate(Duration.ofSeconds(60));
    }

    public void kill() {
        child.kill();
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }
}
