package io.captionstream.embedded;

import io.captionstream.event.Topics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** A real Kafka broker in a child JVM on loopback. It keeps its port and data over {@link #stop} and {@link #start}. */
public final class EmbeddedBroker implements AutoCloseable {
    private final Path directory;
    private final int port = Ports.free();
    private final int controllerPort = Ports.free();
    private ChildJvm child;

    public EmbeddedBroker(Path directory) {
        this.directory = directory;
    }

    /** Starts the broker; returns at once, see {@link #awaitReady}. */
    public void start() {
        child = ChildJvm.start(
                "Kafka broker",
                directory.resolve("broker.log"),
                System.getProperty("java.class.path"),
                List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                BrokerMain.class.getName(),
                List.of(
                        directory.resolve("kafka").toString(),
                        Integer.toString(port),
                        Integer.toString(controllerPort)));
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
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers", bootstrapServers(), "request.timeout.ms", 2000, "default.api.timeout.ms", 2000))) {
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
                        .configs(Map.of("max.message.bytes", Integer.toString(32 << 20))))
                .toList());
    }

    private void create(List<NewTopic> topics) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(topics).all().get(30, TimeUnit.SECONDS);
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
