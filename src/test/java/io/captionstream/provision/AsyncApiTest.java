package io.captionstream.provision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.captionstream.event.CloudEventHeaders;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds docs/asyncapi.yaml to topics, schemas and headers. */
class AsyncApiTest {
    private final Topics topics = Topics.defaults();
    private JsonNode document;

    @BeforeEach
    void read() throws IOException {
        document = new YAMLMapper().readTree(AsyncApiDocument.FILE.toFile());
    }

    @Test
    void shouldBeMadeFromTheCode() throws IOException {
        assertThat(Files.readString(AsyncApiDocument.FILE))
                .as("docs/asyncapi.yaml; AsyncApiDocument.main writes it anew")
                .isEqualTo(AsyncApiDocument.yaml());
    }

    @Test
    void shouldDescribeEveryTopicWithItsSchema() {
        assertThat(document.path("channels").findValuesAsText("address")).containsExactlyElementsOf(topics.all());
        EventSchemas.byTopic(topics).forEach((topic, schema) -> {
            JsonNode message = messageOf(topic);
            assertThat(message.at("/payload/schema/$ref").asText())
                    .as(topic)
                    .isEqualTo("../schemas/" + schema.getName() + ".avsc");
        });
    }

    @Test
    void shouldPointToTheSchemasOfTheCode() throws IOException {
        for (Schema schema : EventSchemas.byTopic(topics).values()) {
            Schema file = new Schema.Parser()
                    .parse(Path.of("schemas", schema.getName() + ".avsc").toFile());

            assertThat(file.getFullName()).isEqualTo(schema.getFullName());
            assertThat(file.getFields())
                    .extracting(Schema.Field::name)
                    .containsExactlyElementsOf(
                            schema.getFields().stream().map(Schema.Field::name).toList());
        }
    }

    @Test
    void shouldDescribeEveryHeader() {
        List<String> described = new ArrayList<>();
        document.at("/components/messages")
                .forEach(message ->
                        message.at("/headers/properties").fieldNames().forEachRemaining(described::add));

        assertThat(AsyncApiDocument.headerNames()).hasSizeGreaterThan(10);
        assertThat(described).containsAll(AsyncApiDocument.headerNames());
    }

    @Test
    void shouldDescribeTheHeadersOfCloudEvents() {
        Headers headers = new RecordHeaders();
        CloudEventHeaders.Description description =
                new CloudEventHeaders.Description(URI.create("/captions"), "1", "CaptionEvent", "cat", Instant.EPOCH);
        CloudEventHeaders.replace(headers, description);
        // What follows from a CloudEvent names it.
        CloudEventHeaders.replace(headers, description);

        assertThat(document.at("/components/messages/CaptionEvent/headers/properties")
                        .fieldNames())
                .toIterable()
                .containsAll(Arrays.stream(headers.toArray()).map(Header::key).toList());
    }

    @Test
    void shouldReferToWhatIsThere() {
        List<JsonNode> references = document.findValues("$ref");

        assertThat(references).hasSizeGreaterThan(20).allSatisfy(reference -> {
            String target = reference.asText();
            if (target.startsWith("#")) {
                assertThat(document.at(target.substring(1)).isMissingNode())
                        .as(target)
                        .isFalse();
            } else {
                assertThat(AsyncApiDocument.FILE.resolveSibling(target)).exists();
            }
        });
    }

    private JsonNode messageOf(String topic) {
        for (JsonNode channel : document.path("channels")) {
            if (channel.path("address").asText().equals(topic)) {
                String reference =
                        channel.path("messages").elements().next().path("$ref").asText();
                return document.at(reference.substring(1));
            }
        }
        throw new AssertionError("No channel " + topic);
    }
}
