package io.captionstream.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.LabeledPair;
import io.captionstream.model.ModelBundle;
import io.captionstream.monitoring.Monitoring;
import io.captionstream.monitoring.PromQl;
import io.captionstream.monitoring.Scrape;
import io.captionstream.operations.TinyBundles;
import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of the packaged service after it has captioned, failed, trained and changed over to a new version. */
class ObservabilityIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int IMAGES = 60;
    private static final int LABELS = 200;
    private static final int MORE_LABELS = 60;
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (\\w+) \\|(.*?)\\| .*");
    private static final Pattern LABEL = Pattern.compile("`(\\w+)`");

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final Map<String, String> CAUSE = Map.of(
            "traceparent", "00-" + TRACE + "-" + PARENT + "-01",
            "ce_specversion", "1.0",
            "ce_id", "upload-1",
            "ce_source", "/uploads",
            "ce_type", "io.captionstream.event.ImageEvent");

    @TempDir
    static Path directory;

    private static final Scrape METRICS = new Scrape();

    private static SpanCollector spans;
    private static TrainingLog training;
    private static EventLog events;
    private static ApplicationProcess service;

    @BeforeAll
    static void work() throws Exception {
        EmbeddedStack stack = EmbeddedStack.shared();
        spans = new SpanCollector();
        training = new TrainingLog(stack, 2, Set.of("failed"));
        events = new EventLog(stack, training.topics());
        List<String> models = new ArrayList<>();
        Map<String, String> properties = new HashMap<>(events.serviceProperties());
        properties.putAll(training.serviceProperties());
        properties.put("captionstream.roles", "caption,train");
        properties.put("captionstream.models", folders(models));
        properties.put(
                "captionstream.store.uri", directory.resolve("store").toUri().toString());
        properties.put("captionstream.training.new-pairs", Integer.toString(LABELS));
        properties.put("captionstream.training.tick", "100ms");
        properties.put("captionstream.training.fine-tune.epochs", "8");
        properties.put("captionstream.training.fine-tune.learning-rate", "0.01");
        properties.put("captionstream.training.fine-tune.batch-size", "16");
        // What is not asked for is not measured.
        properties.put("captionstream.training.fine-tune.patience", "8");
        properties.put("captionstream.training.gate.minimum-images", "1");
        properties.put("captionstream.training.gate.confidence", "0.6");
        properties.put("captionstream.tracing.enabled", "true");
        properties.put("captionstream.tracing.endpoint", spans.url());
        properties.put("captionstream.tracing.properties.\"otel.bsp.schedule.delay\"", "200");
        properties.put("quarkus.log.console.json.enabled", "true");
        service = ApplicationProcess.start(
                DemoModels.application(), stack, directory.resolve("service"), List.of("-Xmx512m"), properties);
        service.awaitReady();
        training.label(LabeledPair.newBuilder(ColorLabels.label(LABELS + MORE_LABELS))
                .setCaptions(List.of("?"))
                .build());
        label(0, LABELS);
        events.send(image(0), CAUSE);
        for (int number = 1; number < IMAGES; number++) {
            events.send(image(number));
        }
        events.send(ImageEvent.newBuilder(image(0))
                .setId("broken")
                .setContent(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                .build());
        events.flush();
        awaitUntil(() -> events.answered() == IMAGES + 1 && models.stream().allMatch(ObservabilityIT::isChangedOver));
        // Of the second run the gate also has old images to look at.
        label(LABELS, LABELS + MORE_LABELS);
        training.command(models.get(0), "train");
        training.flush();
        awaitUntil(() -> verdicts(models.get(0)) == 2);
        assertThat(get("/api/models")).contains(models.get(0));
        METRICS.add(get("/q/metrics"));
        Files.writeString(Path.of("target", "metrics.txt"), get("/q/metrics"));
    }

    private static void label(int from, int to) {
        for (int number = from; number < to; number++) {
            training.label(ColorLabels.label(number));
        }
        training.flush();
    }

    private static void awaitUntil(BooleanSupplier condition) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(500)).until(() -> {
            events.poll();
            training.poll();
            METRICS.add(get("/q/metrics"));
            return condition.getAsBoolean();
        });
    }

    private static long verdicts(String model) {
        return training.reports(model).stream()
                .filter(report -> report.getPhase().equals("promoted")
                        || report.getPhase().equals("rejected"))
                .count();
    }

    private static String folders(List<String> models) throws Exception {
        List<String> folders = new ArrayList<>();
        for (ModelBundle first : TinyBundles.ofEach(directory)) {
            models.add(first.manifest().name());
            folders.add(first.directory().toString());
        }
        return String.join(",", folders);
    }

    private static ImageEvent image(int number) {
        LabeledPair label = ColorLabels.label(1000 + number);
        return ImageEvent.newBuilder()
                .setId(label.getId())
                .setContent(label.getContent())
                .build();
    }

    private static boolean isChangedOver(String model) {
        return METRICS.sum("captionstream_swap_seconds_count", Map.of("model", model, "slot", "live")) >= 1;
    }

    @AfterAll
    static void close() {
        service.close();
        events.close();
        training.close();
        spans.close();
    }

    @Test
    void shouldDocumentEveryMetricWithItsTypeAndLabels() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/metrics.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(row.group(1), row.group(2));
                Set<String> names = labels.computeIfAbsent(row.group(1), name -> new TreeSet<>());
                LABEL.matcher(row.group(3)).results().forEach(label -> names.add(label.group(1)));
            }
        }
        Map<String, String> actual = METRICS.types("captionstream_");
        // Every timer has one; the page says so once.
        actual.keySet().removeIf(name -> name.endsWith("_max"));

        assertThat(actual).isEqualTo(documented);
        assertThat(labels)
                .allSatisfy((name, names) ->
                        assertThat(METRICS.labels(name)).as(name).isEqualTo(names));
    }

    @Test
    void shouldHaveEverySeriesThatDashboardsAndRulesRead() {
        List<String> recorded = Monitoring.recorded();

        assertThat(Monitoring.expressions()).hasSizeGreaterThan(80).allSatisfy((where, expression) -> {
            PromQl query = PromQl.parse(expression);
            Set<String> labels = new TreeSet<>(Set.of("namespace", "job", "instance", "le"));
            for (PromQl.Selector selector : query.selectors()) {
                String metric = selector.metric();
                // Prometheus makes these itself: of rules, and of the alerts among them.
                if (!recorded.contains(metric) && !metric.equals("ALERTS")) {
                    assertThat(selector.isIn(METRICS))
                            .as("%s has series", selector)
                            .isTrue();
                    labels.addAll(METRICS.labels(metric));
                }
            }
            assertThat(query.selectors()).isNotEmpty();
            assertThat(labels).containsAll(query.groupings());
        });
    }

    @Test
    void shouldCountWhatHappened() {
        assertThat(METRICS.sum("captionstream_images_total", Map.of("outcome", "captioned")))
                .isEqualTo(IMAGES);
        assertThat(METRICS.sum("captionstream_images_total", Map.of("code", "NOT_AN_IMAGE")))
                .isOne();
        assertThat(METRICS.sum("captionstream_end_to_end_seconds_count", Map.of()))
                .isEqualTo(IMAGES);
        for (String step : List.of("queue", "infer")) {
            assertThat(METRICS.sum("captionstream_step_seconds_count", Map.of("step", step)))
                    .isEqualTo(2 * IMAGES);
        }
        assertThat(METRICS.sum("captionstream_step_seconds_count", Map.of("step", "decode")))
                .isEqualTo(IMAGES);
        assertThat(METRICS.sum("captionstream_step_seconds_count", Map.of("step", "emit")))
                .isEqualTo(IMAGES + 1);
        assertThat(METRICS.sum("captionstream_inference_images_total", Map.of("slot", "live")))
                .isEqualTo(2 * IMAGES);
        assertThat(METRICS.sum("captionstream_training_runs_seconds_count", Map.of("outcome", "promoted")))
                .isBetween(2.0, 3.0);
        assertThat(METRICS.sum("captionstream_training_loss", Map.of("split", "training")))
                .isPositive();
        assertThat(METRICS.sum("captionstream_training_gate", Map.of("metric", "fresh.ciderD.challenger")))
                .isPositive();
        assertThat(METRICS.sum("captionstream_device_memory_used_bytes", Map.of("device", "cpu")))
                .isBetween(1.0, METRICS.sum("captionstream_device_memory_total_bytes", Map.of("device", "cpu")));
        assertThat(METRICS.sum("captionstream_role_state", Map.of("state", "running")))
                .isEqualTo(2);
    }

    @Test
    void shouldGoOnWithTheTraceOfAnImageFromItsHeaders() {
        await().atMost(LIMIT).until(() -> spans.spans().stream()
                .anyMatch(span -> span.getName().startsWith("process") && isOfTrace(span)));
        Map<String, Span> trace = spans.spans().stream()
                .filter(ObservabilityIT::isOfTrace)
                .collect(Collectors.toMap(Span::getName, Function.identity()));
        Span image = requireNonNull(trace.get("process " + events.topics().imageEvents()));

        assertThat(hex(image.getParentSpanId())).isEqualTo(PARENT);
        assertThat(trace.keySet())
                .contains("decode", "infer resnet50-lstm", "infer inceptionv3-glove")
                .hasSize(4);
        assertThat(trace.values())
                .filteredOn(span -> span != image)
                .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(image.getSpanId()));
        Span infer = requireNonNull(trace.get("infer resnet50-lstm"));
        assertThat(infer.getLinksList()).singleElement().satisfies(link -> assertThat(spans.spans())
                .filteredOn(span -> span.getSpanId().equals(link.getSpanId()))
                .singleElement()
                .satisfies(batch -> assertThat(batch.getName()).isEqualTo("batch resnet50-lstm")));
        ConsumerRecord<String, byte[]> caption = captionOf(image(0).getId());
        assertThat(header(caption, "traceparent")).isEqualTo("00-" + TRACE + "-" + hex(image.getSpanId()) + "-01");
    }

    @Test
    void shouldSendCaptionEventsAsCloudEvents() {
        CloudEvent event;
        ConsumerRecord<String, byte[]> caption = captionOf(image(0).getId());
        try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
            event = deserializer.deserialize(caption.topic(), caption.headers(), caption.value());
        }

        assertThat(event.getType()).isEqualTo("io.captionstream.event.CaptionEvent");
        assertThat(event.getSource()).hasToString("/" + events.topics().imageEvents() + "-app");
        assertThat(event.getSubject()).isEqualTo(caption.key());
        assertThat(event.getExtension("causationid")).isEqualTo("upload-1");
        assertThat(events.captionRecords())
                .hasSize(IMAGES)
                .extracting(record -> header(record, "ce_id"))
                .doesNotHaveDuplicates();
        ConsumerRecord<String, byte[]> dead = events.deadLetters().get(0);
        assertThat(dead.headers().lastHeader("ce_id"))
                .as("an id of a dead letter that had none")
                .isNull();
    }

    @Test
    void shouldLogEachFailureInOneLineOfJsonAndNothingOfTheEvents() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(service.log())) {
            assertThat(line).startsWith("{").endsWith("}");
            lines.add(new ObjectMapper().readTree(line));
        }

        assertThat(lines)
                .filteredOn(line -> line.at("/mdc/code").asText().equals("NO_CAPTION"))
                .singleElement()
                .satisfies(line -> assertThat(line.at("/mdc/topic").asText())
                        .isEqualTo(training.topics().labeledPairs()));
        assertThat(lines)
                .filteredOn(line -> line.at("/mdc/code").asText().equals("NOT_AN_IMAGE"))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.path("level").asText()).isEqualTo("WARN");
                    assertThat(line.at("/mdc/topic").asText())
                            .isEqualTo(events.topics().imageEvents());
                    assertThat(line.at("/mdc/offset").asText()).matches("\\d+");
                    assertThat(line.at("/mdc/traceId").asText()).matches("[0-9a-f]{32}");
                });
        // Ids of events and words of captions.
        assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(
                        line.path("message").asText())
                .doesNotContain("picture-", "broken", "word4"));
    }

    private static boolean isOfTrace(Span span) {
        return hex(span.getTraceId()).equals(TRACE);
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static ConsumerRecord<String, byte[]> captionOf(String key) {
        return events.captionRecords().stream()
                .filter(record -> record.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static String get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(service.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
