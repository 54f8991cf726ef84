package io.captionstream.service;

import io.restassured.path.json.JsonPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Listens to what the live page is told, as a browser does. */
final class PageListener implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpURLConnection connection;
    private final List<Told> told = new CopyOnWriteArrayList<>();

    /** One server-sent event. */
    record Told(String name, JsonPath data) {}

    PageListener(String service) {
        try {
            connection = (HttpURLConnection)
                    URI.create(service + "/api/live/events").toURL().openConnection();
            connection.setRequestProperty("Accept", "text/event-stream");
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
            Thread reader = new Thread(() -> read(lines), "page-listener");
            reader.setDaemon(true);
            reader.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(BufferedReader lines) {
        String name = "";
        StringBuilder data = new StringBuilder();
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event:")) {
                    name = line.substring("event:".length()).strip();
                } else if (line.startsWith("data:")) {
                    data.append(line.substring("data:".length()));
                } else if (line.isEmpty() && !data.isEmpty()) {
                    told.add(new Told(name, JsonPath.from(data.toString())));
                    data.setLength(0);
                }
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    /** Waits until such an event was told. */
    JsonPath await(String name, Predicate<JsonPath> which) {
        return Awaitility.await("told " + name)
                .atMost(PATIENCE)
                .until(() -> find(name, which), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<JsonPath> find(String name, Predicate<JsonPath> which) {
        return told.stream()
                .filter(each -> each.name().equals(name))
                .map(Told::data)
                .filter(which)
                .findFirst();
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
