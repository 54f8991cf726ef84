package io.captionstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of schemas that are in the registry and are not Avro. */
public final class ForeignSchemas {
    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*(\\d+)");
    private static final String PROTOBUF = "syntax = \\\"proto3\\\"; message Event { string id = 1; }";
    private static final String JSON = "{\\\"$schema\\\": \\\"http://json-schema.org/draft-07/schema#\\\","
            + " \\\"type\\\": \\\"object\\\", \\\"title\\\": \\\"%s\\\"}";

    private ForeignSchemas() {}

    /** One value of each format, in the registry's wire format. */
    public static List<byte[]> values(EmbeddedRegistry registry) throws IOException, InterruptedException {
        return List.of(
                value(register(registry, "PROTOBUF", PROTOBUF), new byte[] {0, 0x0a, 1, 'a'}),
                value(
                        register(registry, "JSON", JSON.formatted(UUID.randomUUID())),
                        "{\"id\": \"a\"}".getBytes(UTF_8)));
    }

    private static int register(EmbeddedRegistry registry, String format, String schema)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(registry.url() + "/subjects/foreign-" + UUID.randomUUID() + "-value/versions"))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"schemaType\": \"%s\", \"schema\": \"%s\"}".formatted(format, schema)))
                .build();
        String answer = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        Matcher id = ID.matcher(answer);
        if (!id.find()) {
            throw new IllegalStateException("The registry did not take a schema: " + answer);
        }
        return Integer.parseInt(id.group(1));
    }

    private static byte[] value(int id, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(id)
                .put(body)
                .array();
    }
}
