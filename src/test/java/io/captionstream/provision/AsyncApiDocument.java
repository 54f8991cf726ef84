package io.captionstream.provision;

import static com.google.common.base.CaseFormat.LOWER_CAMEL;
import static com.google.common.base.CaseFormat.LOWER_HYPHEN;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.common.base.CaseFormat;
import com.google.common.base.Splitter;
import io.captionstream.doctor.RoleNeeds;
import io.captionstream.event.CloudEventHeaders;
import io.captionstream.event.DeadLetterHeaders;
import io.captionstream.event.EventSchemas;
import io.captionstream.event.RecordSizes;
import io.captionstream.event.Topics;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;

/** The AsyncAPI document of the topics, made from the code: their names, settings and schemas, and who reads and writes. */
final class AsyncApiDocument {
    static final Path FILE = Path.of("docs/asyncapi.yaml");

    private static final String BINDING = "0.5.0";
    private static final String AVRO = "application/vnd.apache.avro;version=1.9.0";

    private static final String EVENT_TIME = "Timestamp of the event's record, in milliseconds since 1970.";

    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry(DeadLetterHeaders.CODE, "Why, in a word; the codes are in dead-letters.md."),
            Map.entry(DeadLetterHeaders.CATEGORY, "EVENT, IMAGE, INFERENCE, INTERNAL or LABEL."),
            Map.entry(DeadLetterHeaders.STAGE, "EVENT, FETCH, DECODE, INFERENCE or EMIT."),
            Map.entry(DeadLetterHeaders.REASON, "What happened, for a person to read."),
            Map.entry(DeadLetterHeaders.ATTEMPT, "How often the event was tried."),
            Map.entry(DeadLetterHeaders.OMITTED_BYTES, "Size of a value that was too large to keep."),
            Map.entry(DeadLetterHeaders.OMITTED_HEADERS, "How many headers there were, where they did not fit."),
            Map.entry(DeadLetterHeaders.OMITTED_KEY, "Size of a key that did not fit."),
            Map.entry(DeadLetterHeaders.EVENT_TIME, EVENT_TIME),
            Map.entry(DeadLetterHeaders.RETRY_OF, "The dead letter that this event was, topic-partition@offset."),
            Map.entry(DeadLetterHeaders.EXCEPTION, "Class of the exception."),
            Map.entry(DeadLetterHeaders.MESSAGE, "The reason, under the name that Kafka Streams gives it."),
            Map.entry(DeadLetterHeaders.TOPIC, "Topic the event was read from."),
            Map.entry(DeadLetterHeaders.PARTITION, "Partition the event was read from."),
            Map.entry(DeadLetterHeaders.OFFSET, "Offset the event was read at."));

    private static final Map<String, String> CAPTION_HEADERS = Map.ofEntries(
            Map.entry(DeadLetterHeaders.EVENT_TIME, EVENT_TIME),
            Map.entry("content-type", "Of the value, as CloudEvents have it."),
            Map.entry(
                    "ce_specversion",
                    "1.0: a CloudEvent in binary mode, unless captionstream.cloudevents.enabled is false."),
            Map.entry("ce_id", "Where the image event was and what was made of it, the same if it is sent again."),
            Map.entry("ce_source", "captionstream.cloudevents.source"),
            Map.entry("ce_type", "io.captionstream.event.CaptionEvent"),
            Map.entry("ce_subject", "The key."),
            Map.entry("ce_time", "When it was sent, RFC 3339."),
            Map.entry("ce_causationid", "The ce_id of the image event, if it is a CloudEvent."),
            Map.entry(
                    "ce_correlationid",
                    "The id that the row of events began with, if the image event is a CloudEvent."),
            Map.entry(
                    "traceparent",
                    "The span of the image where traces are on; otherwise as received, as all other headers."));

    private final Topics topics = Topics.defaults();
    private final Map<String, Schema> schemas = EventSchemas.byTopic(topics);

    private AsyncApiDocument() {}

    static Map<String, Object> create() {
        AsyncApiDocument document = new AsyncApiDocument();
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("asyncapi", "3.0.0");
        root.put("info", document.info());
        root.put("defaultContentType", CloudEventHeaders.AVRO);
        root.put("servers", document.servers());
        root.put("channels", document.channels());
        root.put("operations", document.operations());
        root.put("components", Map.of("messages", document.messages()));
        return root;
    }

    static String yaml() throws JsonProcessingException {
        return YAMLMapper.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                .build()
                .writeValueAsString(create());
    }

    private Map<String, Object> info() {
        return ordered(
                "title",
                "Captionstream",
                "version",
                "1.0.0",
                "description",
                "Image events in, caption events out, one for one. Topics can have other names: captionstream.topics.*.",
                "license",
                ordered("name", "Apache-2.0", "url", "https://www.apache.org/licenses/LICENSE-2.0"));
    }

    private Map<String, Object> servers() {
        return Map.of(
                "brokers",
                ordered(
                        "host",
                        "127.0.0.1:9092",
                        "protocol",
                        "kafka",
                        "bindings",
                        kafka("schemaRegistryUrl", "http://127.0.0.1:8081", "schemaRegistryVendor", "confluent")));
    }

    private Map<String, Object> channels() {
        Map<String, Object> channels = new LinkedHashMap<>();
        for (TopicSpec spec : TopicSpec.all(topics, 4)) {
            String message = message(spec.name());
            channels.put(
                    key(spec.name()),
                    ordered(
                            "address",
                            spec.name(),
                            "messages",
                            Map.of(message, reference("components/messages/" + message)),
                            "bindings",
                            binding(spec)));
        }
        return channels;
    }

    private static Map<String, Object> binding(TopicSpec spec) {
        Map<String, Object> configuration = new TreeMap<>();
        spec.configs().forEach((name, value) -> configuration.put(name, setting(name, value)));
        return configuration.isEmpty()
                ? kafka("topic", spec.name())
                : kafka("topic", spec.name(), "topicConfiguration", configuration);
    }

    private static Object setting(String name, String value) {
        return name.equals(TopicConfig.CLEANUP_POLICY_CONFIG)
                ? Splitter.on(',').splitToList(value)
                : Long.valueOf(value);
    }

    /** Reading is receiving, writing is sending, seen from the service. */
    private Map<String, Object> operations() {
        Map<String, Object> operations = new LinkedHashMap<>();
        for (RoleNeeds role : List.of(
                RoleNeeds.caption(topics, "captionstream-caption", true, RecordSizes.defaults()),
                RoleNeeds.train(topics, "captionstream-train", 8, RecordSizes.defaults()))) {
            role.operations().forEach((topic, allowed) -> {
                for (AclOperation operation : List.of(AclOperation.READ, AclOperation.WRITE)) {
                    if (allowed.contains(operation)) {
                        add(operations, role, topic, operation == AclOperation.READ ? "receive" : "send");
                    }
                }
            });
        }
        return operations;
    }

    private void add(Map<String, Object> operations, RoleNeeds role, String topic, String action) {
        String name = role.name()
                + CaseFormat.LOWER_CAMEL.to(CaseFormat.UPPER_CAMEL, action)
                + LOWER_CAMEL.to(CaseFormat.UPPER_CAMEL, key(topic));
        operations.put(
                name,
                ordered(
                        "action",
                        action,
                        "summary",
                        "The role %s %s %s.".formatted(role.name(), action.equals("send") ? "writes" : "reads", topic),
                        "channel",
                        reference("channels/" + key(topic))));
    }

    private Map<String, Object> messages() {
        Map<String, Object> messages = new LinkedHashMap<>();
        for (TopicSpec spec : TopicSpec.all(topics, 1)) {
            Schema schema = schemas.get(spec.name());
            if (schema == null) {
                messages.put(message(spec.name()), deadLetter(spec.name()));
            } else {
                messages.putIfAbsent(message(spec.name()), event(schema));
            }
        }
        return messages;
    }

    private static Map<String, Object> event(Schema schema) {
        Map<String, Object> event = ordered(
                "title",
                schema.getName(),
                "summary",
                schema.getDoc(),
                "contentType",
                CloudEventHeaders.AVRO,
                "payload",
                ordered("schemaFormat", AVRO, "schema", Map.of("$ref", "../schemas/" + schema.getName() + ".avsc")),
                "bindings",
                kafka(
                        "key",
                        Map.of("type", "string"),
                        "schemaIdLocation",
                        "payload",
                        "schemaIdPayloadEncoding",
                        "confluent"));
        if (schema.getName().equals("ImageEvent")) {
            event.put("headers", headers(HEADERS, Set.of(DeadLetterHeaders.RETRY_OF)));
        }
        if (schema.getName().equals("CaptionEvent")) {
            event.put("headers", headers(CAPTION_HEADERS, CAPTION_HEADERS.keySet()));
        }
        return event;
    }

    private Map<String, Object> deadLetter(String topic) {
        Map<String, String> headers = new LinkedHashMap<>(HEADERS);
        headers.remove(DeadLetterHeaders.RETRY_OF);
        if (!topic.equals(topics.deadLetters())) {
            headers.keySet()
                    .removeAll(Set.of(
                            DeadLetterHeaders.EVENT_TIME,
                            DeadLetterHeaders.OMITTED_BYTES,
                            DeadLetterHeaders.OMITTED_HEADERS,
                            DeadLetterHeaders.OMITTED_KEY));
        }
        return ordered(
                "title",
                "Dead letter of " + topic,
                "summary",
                "Key, value and headers as received, byte for byte, with headers that say why.",
                "contentType",
                "application/octet-stream",
                "headers",
                headers(HEADERS, headers.keySet()));
    }

    private static Map<String, Object> headers(Map<String, String> descriptions, Set<String> names) {
        Map<String, Object> properties = new TreeMap<>();
        for (String name : names) {
            properties.put(name, ordered("type", "string", "description", requireNonNull(descriptions.get(name))));
        }
        return ordered("type", "object", "properties", properties);
    }

    /** The names that there are in the code. */
    static List<String> headerNames() {
        return Arrays.stream(DeadLetterHeaders.class.getDeclaredFields())
                .filter(field -> Modifier.isPublic(field.getModifiers()) && field.getType() == String.class)
                .map(field -> {
                    try {
                        return (String) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private String message(String topic) {
        Schema schema = schemas.get(topic);
        return schema == null ? LOWER_CAMEL.to(CaseFormat.UPPER_CAMEL, key(topic)) : schema.getName();
    }

    private static String key(String topic) {
        return LOWER_HYPHEN.to(LOWER_CAMEL, topic.replace('.', '-'));
    }

    private static Map<String, Object> reference(String path) {
        return Map.of("$ref", "#/" + path);
    }

    private static Map<String, Object> kafka(Object... values) {
        Map<String, Object> kafka = ordered(values);
        kafka.put("bindingVersion", BINDING);
        return Map.of("kafka", kafka);
    }

    private static Map<String, Object> ordered(Object... values) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i += 2) {
            map.put((String) values[i], values[i + 1]);
        }
        return map;
    }

    /** Writes the document. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(FILE, yaml());
    }
}
