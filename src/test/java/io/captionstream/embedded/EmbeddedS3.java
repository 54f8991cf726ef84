package io.captionstream.embedded;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/** A real S3 server (s3proxy, in memory) in a child JVM on loopback, with path-style buckets. */
public final class EmbeddedS3 implements AutoCloseable {
    public static final String ACCESS_KEY = "embedded";
    public static final String SECRET_KEY = "embedded-secret";

    private final Path directory;
    private final int port = Ports.free();
    private ChildJvm child;

    public EmbeddedS3(Path directory) {
        this.directory = directory;
    }

    /** Starts the server; returns at once, see {@link #awaitReady}. */
    public void start() {
        Path jar = Path.of(System.getProperty("devstack.directory", "target/devstack"), "s3", "s3proxy.jar")
                .toAbsolutePath();
        child = ChildJvm.start(
                "S3 server",
                directory.resolve("s3.log"),
                jar.toString(),
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                "org.gaul.s3proxy.Main",
                List.of("--properties", configuration().toString()));
    }

    private Path configuration() {
        Properties properties = new Properties();
        properties.setProperty("s3proxy.endpoint", endpoint().toString());
        properties.setProperty("s3proxy.authorization", "aws-v2-or-v4");
        properties.setProperty("s3proxy.identity", ACCESS_KEY);
        properties.setProperty("s3proxy.credential", SECRET_KEY);
        properties.setProperty("jclouds.provider", "transient-nio2");
        properties.setProperty("jclouds.identity", "local");
        properties.setProperty("jclouds.credential", "local");
        Path file = directory.resolve("s3proxy.properties");
        try (var out = Files.newOutputStream(file)) {
            properties.store(out, null);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot write " + file, e);
        }
        return file;
    }

    public void awaitReady() {
        child.awaitReady(Duration.ofSeconds(90), () -> {
            HttpURLConnection connection =
                    (HttpURLConnection) endpoint().toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(5000);
            try {
                // Denied, but by the server.
                return connection.getResponseCode() > 0;
            } finally {
                connection.disconnect();
            }
        });
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }
}
