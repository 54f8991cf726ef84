package io.captionstream.embedded;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A real schema registry (Apicurio, through its Confluent-compatible API) in a child JVM on loopback. It keeps its port
 * and schemas over {@link #stop} and {@link #start}.
 */
public final class EmbeddedRegistry implements AutoCloseable {
    private final Path directory;
    private final int port = Ports.free();
    private ChildJvm child;

    public EmbeddedRegistry(Path directory) {
        this.directory = directory;
    }

    /** Starts the registry; returns at once, see {@link #awaitReady}. */
    public void start() {
        Path jar = runner();
        child = ChildJvm.start(
                "Schema registry",
                directory.resolve("registry.log"),
                jar.toString(),
                List.of(
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        // Ids must not depend on white space, as with Confluent's registry.
                        "-Dapicurio.ccompat.use-canonical-hash=true",
                        // What was answered must survive a kill: H2 otherwise writes half a second later.
                        "-Dapicurio.datasource.url=jdbc:h2:file:" + directory.resolve("registry-db")
                                + ";WRITE_DELAY=0"),
                mainClass(jar),
                List.of());
    }

    // The devstack directory holds what the build laid out for tests and demo.
    private static Path runner() {
        Path home = Path.of(System.getProperty("devstack.directory", "target/devstack"), "registry");
        try (Stream<Path> files = Files.list(home)) {
            return files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new IllegalStateException("No registry in " + home + ": run process-test-resources first", e);
        }
    }

    private static String mainClass(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue("Main-Class");
        } catch (IOException e) {
            throw new IllegalStateException("Unreadable " + jar, e);
        }
    }

    public void awaitReady() {
        child.awaitReady(Duration.ofSeconds(90), () -> {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url() + "/subjects").toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(5000);
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        });
    }

    /** The value of {@code schema.registry.url}. */
    public String url() {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
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
