package io.captionstream.service;

import static io.captionstream.operations.TinyBundles.MODEL;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.Clients;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.LabeledPair;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.TinyBundles;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoreConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations over HTTP, on the packaged service. */
class OperationsApiIT {
    private static final int EVENTS = 30;
    private static final int LABELS = 60;
    private static final int EPOCHS = 2;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Map<String, String> properties = new HashMap<>();
    private EventLog log;
    private ApplicationProcess service;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() throws Exception {
        log = new EventLog(stack, 1);
        properties.putAll(log.serviceProperties());
        Path store = folder.resolve("store");
        properties.put("captionstream.store.uri", store.toUri().toString());
        try (BundleStore bundles = BundleStore.open(StoreConfig.of(store.toUri()))) {
            for (int version = 1; version <= 2; version++) {
                ModelBundle bundle = TinyBundles.version(version, folder.resolve("bundle-" + version));
                bundles.publish(bundle);
            }
        }
        properties.put("captionstream.models", folder.resolve("bundle-1").toString());
    }

    @AfterEach
    void close() {
        if (service != null) {
            service.close();
        }
        log.close();
    }

    @Test
    void shouldOperateOverHttp() throws Exception {
        properties.put("captionstream.operations.enabled", "true");
        properties.put("captionstream.training.fine-tune.epochs", Integer.toString(EPOCHS));
        start();

        request().get("/api/models").then().statusCode(200).body("[0].versions.version", hasItems("1", "2"));
        post("/api/models/" + MODEL + "/versions/1/promote", "{\"reason\": \"first\"}")
                .statusCode(200)
                .body("version", equalTo("1"));
        post("/api/models/" + MODEL + "/trial", "{\"version\": \"2\", \"mode\": \"shadow\"}")
                .statusCode(200)
                .body("trial", equalTo("2"));
        request().delete("/api/models/" + MODEL + "/trial").then().statusCode(200);
        post("/api/models/" + MODEL + "/versions/2/promote", null).statusCode(200);
        request()
                .get("/api/models/" + MODEL)
                .then()
                .statusCode(200)
                .body("versions[0].version", equalTo("2"))
                .body("versions[0].status", equalTo("LIVE"))
                .body("reason", equalTo("promoted over HTTP"));
        request()
                .get("/api/models/" + MODEL + "/versions/2")
                .then()
                .statusCode(200)
                .body("manifest.lineage.seed", equalTo("2"));
        request()
                .get("/api/models/" + MODEL + "/diff?before=1&after=2")
                .then()
                .statusCode(200)
                .body("lineage.seed.after", equalTo("2"));
        post("/api/models/" + MODEL + "/rollback", "{}").statusCode(200).body("version", equalTo("1"));
        post("/api/models/" + MODEL + "/train", null).statusCode(202);

        refuseWhatCannotBe();
        replay();
        replayLabels();
        describeAllOfIt();
    }

    private void refuseWhatCannotBe() {
        post("/api/models/none/versions/1/promote", null)
                .statusCode(404)
                .contentType("application/problem+json")
                .body("detail", containsString(MODEL));
        post("/api/models/" + MODEL + "/versions/1/promote", null)
                .statusCode(409)
                .body("detail", containsString("in service already"));
        post("/api/models/" + MODEL + "/trial", "{\"version\": \"2\", \"mode\": \"canary\", \"percentage\": 0}")
                .statusCode(400);
        post("/api/replays/images", "{\"model\": \"x\"}").statusCode(400).body("detail", containsString("toTopic"));
        request().get("/api/replays/images/none").then().statusCode(404);
    }

    private void replay() throws Exception {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", png);
        for (int number = 0; number < EVENTS; number++) {
            var unused = log.send(ImageEvent.newBuilder()
                    .setId("image-" + number)
                    .setContent(ByteBuffer.wrap(png.toByteArray()))
                    .build());
        }
        log.flush();
        String target = log.topics().imageEvents() + ".again";
        post(
                        "/api/replays/images",
                        "{\"model\": \"%s\", \"version\": \"2\", \"from\": \"earliest\", \"toTopic\": \"%s\"}"
                                .formatted(MODEL, target))
                .statusCode(202);
        await().atMost(Duration.ofMinutes(1)).until(() -> request()
                .get("/api/replays/images/" + target)
                .then()
                .extract()
                .path("state")
                .equals("DONE"));
        request()
                .get("/api/replays/images/" + target)
                .then()
                .body("done", equalTo(EVENTS))
                .body("version", equalTo("2"));
    }

    private void replayLabels() throws Exception {
        try (KafkaProducer<String, Object> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.broker().bootstrapServers()),
                new StringSerializer(),
                Clients.eventSerializer(stack.registry().url()))) {
            for (int number = 0; number < LABELS; number++) {
                LabeledPair pair = ColorLabels.label(number);
                var unused = producer.send(new ProducerRecord<>(log.topics().labeledPairs(), pair.getId(), pair));
            }
        }
        post("/api/replays/labels", "{\"model\": \"%s\"}".formatted(MODEL))
                .statusCode(400)
                .body("detail", containsString("from"));
        post("/api/replays/labels", "{\"model\": \"none\", \"from\": \"earliest\"}")
                .statusCode(404);
        post(
                        "/api/replays/labels",
                        "{\"model\": \"%s\", \"from\": \"earliest\", \"version\": \"again\"}".formatted(MODEL))
                .statusCode(202)
                .body("version", equalTo("again"));
        String path = "/api/replays/labels/replay-" + MODEL;
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !request().get(path).then().extract().path("state").equals("RUNNING"));
        String digest = request()
                .get(path)
                .then()
                .body("state", equalTo("DONE"))
                .body("epoch", equalTo(EPOCHS))
                .extract()
                .path("digest");
        request()
                .get("/api/models/" + MODEL + "/versions/again")
                .then()
                .statusCode(200)
                .body("version.digest", equalTo(digest));
    }

    /** The page lists what there is, and nothing else. */
    private void describeAllOfIt() throws Exception {
        Map<String, Map<String, Object>> paths = request()
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .path("paths");
        Set<String> described = new TreeSet<>();
        paths.forEach((path, methods) -> methods.keySet().forEach(method -> {
            if (path.startsWith("/api/")) {
                described.add(method.toUpperCase(Locale.ROOT) + " " + path);
            }
        }));
        Set<String> documented = Files.readString(Path.of("docs/operations.md"))
                .lines()
                .flatMap(line -> Pattern.compile("^\\| `((?:GET|POST|DELETE) /api/[^`?]*)")
                        .matcher(line)
                        .results())
                .map(match -> match.group(1).strip())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).isEqualTo(described).isNotEmpty();
    }

    @Test
    void shouldChangeNothingUnlessAllowed() {
        start();

        request().get("/api/models").then().statusCode(200);
        for (String path : List.of(
                "/api/models/" + MODEL + "/versions/1/promote",
                "/api/models/" + MODEL + "/rollback",
                "/api/models/" + MODEL + "/trial",
                "/api/models/" + MODEL + "/train",
                "/api/replays/images",
                "/api/replays/labels")) {
            post(path, "{}")
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .body("detail", containsString("captionstream.operations.enabled"));
        }
        request().delete("/api/models/" + MODEL + "/trial").then().statusCode(403);
    }

    private void start() {
        service = ApplicationProcess.start(
                DemoModels.application(), stack, folder.resolve("service"), List.of("-Xmx512m"), properties);
        service.awaitReady();
    }

    private RequestSpecification request() {
        return given().baseUri(service.url());
    }

    private ValidatableResponse post(String path, @Nullable String body) {
        RequestSpecification request = request().contentType(ContentType.JSON);
        return (body == null ? request : request.body(body)).post(path).then();
    }
}
