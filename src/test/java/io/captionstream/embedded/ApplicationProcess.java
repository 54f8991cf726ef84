package io.captionstream.embedded;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The packaged service in a process of its own, as an operator runs it. */
public final class ApplicationProcess implements AutoCloseable {
    private final ChildJvm child;
    private final int httpPort;

    private ApplicationProcess(ChildJvm child, int httpPort) {
        this.child = child;
        this.httpPort = httpPort;
    }

    /**
     * Starts the service; returns at once, see {@link #awaitReady}.
     *
     * @param application its {@code quarkus-run.jar}
     * @param stack broker and registry it talks to
     * @param directory for its log and state; an instance started again with the same one finds its state
     * @param jvmOptions for example the heap
     * @param properties its configuration
     */
    public static ApplicationProcess start(
            Path application,
            EmbeddedStack stack,
            Path directory,
            List<String> jvmOptions,
            Map<String, String> properties) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int httpPort = Ports.free();
        List<String> options = new ArrayList<>(
                Splitter.on(' ').omitEmptyStrings().splitToList(System.getProperty("captionstream.jvm-options", "")));
        options.addAll(jvmOptions);
        options.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        options.add("-Dquarkus.http.host=127.0.0.1");
        options.add("-Dquarkus.http.port=" + httpPort);
        options.add("-Dcaptionstream.kafka.bootstrap-servers=" + stack.broker().bootstrapServers());
        options.add("-Dcaptionstream.schema-registry.url=" + stack.registry().url());
        options.add("-Dcaptionstream.state-directory=" + directory.resolve("state"));
        properties.forEach((key, value) -> options.add("-D" + key + "=" + value));
        ChildJvm child = ChildJvm.start(
                "Captionstream",
                directory.resolve("service.log"),
                application.toAbsolutePath().toString(),
                options,
                "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
                List.of());
        return new ApplicationProcess(child, httpPort);
    }

    /**
     * Starts the service as a container does: from the folder of its image, with files of configuration in a folder that
     * the environment names, and the rest in environment variables; returns at once.
     *
     * @param image the folder
     * @param directory for its log, configuration, state and temporary files
     * @param properties its configuration, beside the addresses of the stack
     * @param options of its JVM
     */
    public static ApplicationProcess startImage(
            Path image, EmbeddedStack stack, Path directory, Map<String, String> properties, String... options) {
        try {
            Path temporary = Files.createDirectories(directory.resolve("tmp"));
            Path configuration = Files.createDirectories(directory.resolve("configuration"));
            write(properties, configuration.resolve("common.properties"));
            int httpPort = Ports.free();
            ChildJvm child = ChildJvm.startScript(
                    "Captionstream",
                    directory.resolve("service.log"),
                    directory,
                    List.of(image.resolve("bin/captionstream").toAbsolutePath().toString()),
                    Map.of(
                            "JAVA_OPTS", "-Djava.io.tmpdir=" + temporary + " " + String.join(" ", options),
                            "QUARKUS_CONFIG_LOCATIONS", configuration.toString(),
                            "QUARKUS_HTTP_HOST", "127.0.0.1",
                            "QUARKUS_HTTP_PORT", Integer.toString(httpPort),
                            "CAPTIONSTREAM_KAFKA_BOOTSTRAP_SERVERS",
                                    stack.broker().bootstrapServers(),
                            "CAPTIONSTREAM_SCHEMA_REGISTRY_URL",
                                    stack.registry().url(),
                            "CAPTIONSTREAM_STATE_DIRECTORY",
                                    directory.resolve("state").toString()));
            return new ApplicationProcess(child, httpPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Map<String, String> configuration, Path file) throws IOException {
        Properties properties = new Properties();
        properties.putAll(configuration);
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
    }

    /** Waits until the models are loaded and warmed. */
    public void awaitStarted() {
        child.awaitReady(Duration.ofMinutes(2), () -> status("/q/health/started") == 200);
    }

    /** Waits until the models are loaded and the topology runs. */
    public void awaitReady() {
        child.awaitReady(Duration.ofMinutes(2), () -> status("/q/health/ready") == 200);
    }

    private int status(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url() + path).toURL().openConnection();
        connection.setConnectTimeout(1000);
        connection.setReadTimeout(5000);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    public String url() {
        return "http://127.0.0.1:" + httpPort;
    }

    public boolean isAlive() {
        return child.isAlive();
    }

    public long pid() {
        return child.pid();
    }

    /** Resident memory; 0 where the system does not say. */
    public long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    public Path log() {
        return child.log();
    }

    /** {@code kill -9}. */
    public void kill() {
        child.kill();
    }

    /** SIGTERM; returns the exit code. */
    public int terminate(Duration limit) {
        return child.terminate(limit);
    }

    @Override
    public void close() {
        child.close();
    }
}
