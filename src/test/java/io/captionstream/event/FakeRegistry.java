package io.captionstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A registry that answers what a test says, asked through the real client. */
final class FakeRegistry implements AutoCloseable {
    static {
        // Otherwise every answer waits 40 ms for an acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final Answer UNKNOWN = new Answer(404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}");

    /** Paths of the requests, oldest first. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final Map<String, Answer> answers = new ConcurrentHashMap<>(
            Map.of("/mode", new Answer(200, "{\"mode\": \"READWRITE\"}"), "/subjects", new Answer(200, "[]")));
    private final HttpServer server;
    private volatile @Nullable Answer toAll;

    private record Answer(int status, String body) {}

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(path);
        Answer all = toAll;
        Answer answer = all == null ? answers.getOrDefault(path, UNKNOWN) : all;
        exchange.getRequestBody().readAllBytes();
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    CachedSchemaRegistryClient client() {
        return new CachedSchemaRegistryClient(
                "http://127.0.0.1:" + server.getAddress().getPort(), 100);
    }

    FakeRegistry answer(String path, int status, String body) {
        answers.put(path, new Answer(status, body));
        return this;
    }

    /** For the schema with an id. */
    FakeRegistry answer(int id, int status, String body) {
        return answer("/schemas/ids/" + id, status, body);
    }

    FakeRegistry schema(int id, Schema schema) {
        return schema(id, "AVRO", schema.toString());
    }

    FakeRegistry schema(int id, String format, String schema) {
        return answer(
                id,
                200,
                "{\"schemaType\": \"%s\", \"schema\": \"%s\"}"
                        .formatted(
                                format,
                                schema.replace("\\", "\\\\")
                                        .replace("\"", "\\\"")
                                        .replace("\n", " ")));
    }

    /** Until {@link #answerAsBefore}. */
    void answerAll(int status, String body) {
        toAll = new Answer(status, body);
    }

    void answerAsBefore() {
        toAll = null;
    }

    long requestsFor(int id) {
        return requests.stream().filter(("/schemas/ids/" + id)::equals).count();
    }

    /** A value in the wire format. */
    static byte[] value(int id, byte... body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(id)
                .put(body)
                .array();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
