package io.captionstream.service;

import static io.captionstream.operations.TinyBundles.MODEL;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.captionstream.embedded.ApplicationProcess;
import io.captionstream.embedded.EmbeddedStack;
import io.captionstream.operations.TinyBundles;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the live page asks for, and who may, on the packaged service. */
class LiveApiIT {
    private static final int SIDE = 600;

    private final EmbeddedStack stack = EmbeddedStack.shared();
    private final Map<String, String> properties = new HashMap<>();
    private EventLog log;
    private ApplicationProcess service;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() throws Exception {
        log = new EventLog(stack, 2);
        properties.putAll(log.serviceProperties());
        properties.put(
                "captionstream.models",
                TinyBundles.version(1, folder.resolve("bundle")).directory().toString());
        properties.put("captionstream.page.enabled", "true");
    }

    @AfterEach
    void close() {
        if (service != null) {
            service.close();
        }
        log.close();
    }

    @Test
    void shouldTellWhatBecomesOfWhatIsSubmitted() throws Exception {
        properties.put("captionstream.operations.enabled", "true");
        start();

        request()
                .get("/api/live")
                .then()
                .statusCode(200)
                .body("submissions", equalTo(true))
                .body("changes", equalTo(true))
                .body("store", equalTo(false))
                .body("user", nullValue());
        try (PageListener page = new PageListener(service.url())) {
            JsonPath captioned = submitAndAwait(page, png());
            assertThat(captioned.getString("models[0].model")).isEqualTo(MODEL);
            assertThat(captioned.getInt("image.width")).isEqualTo(SIDE);
            assertThat(captioned.getList("models[0].alternatives.words.flatten().probability", Double.class))
                    .isNotEmpty()
                    .allSatisfy(
                            probability -> assertThat(probability).isPositive().isLessThanOrEqualTo(1));
            showImage(captioned);

            page.await("vitals", vitals -> vitals.getDouble("perSecond") > 0 && vitals.get("lag") != null);
            page.await("vitals", vitals -> vitals.get("lag") != null && vitals.getInt("lag") == 0);
            retryDeadLetter(page);

            try (PageListener late = new PageListener(service.url())) {
                late.await("caption", caption -> caption.getString("id").equals(captioned.getString("id")));
            }
        }
    }

    private JsonPath submitAndAwait(PageListener page, byte[] image) {
        JsonPath written = request()
                .contentType("image/png")
                .body(image)
                .post("/api/live/images")
                .then()
                .statusCode(202)
                .body("id", startsWith("page-"))
                .extract()
                .jsonPath();
        JsonPath captioned =
                page.await("caption", event -> event.getString("id").equals(written.getString("id")));
        assertThat(captioned.getLong("offset")).isEqualTo(written.getLong("offset"));
        assertThat(captioned.getInt("partition")).isEqualTo(written.getInt("partition"));
        return captioned;
    }

    private void showImage(JsonPath captioned) throws IOException {
        byte[] jpeg = request()
                .get("/api/live/images/%d/%d".formatted(captioned.getInt("partition"), captioned.getInt("offset")))
                .then()
                .statusCode(200)
                .contentType("image/jpeg")
                .extract()
                .asByteArray();
        assertThat(ImageIO.read(new ByteArrayInputStream(jpeg)).getWidth()).isEqualTo(480);
        request().get("/api/live/images/0/1000000").then().statusCode(404);
        request().get("/api/live/images/99/0").then().statusCode(404);
    }

    private void retryDeadLetter(PageListener page) {
        String id = request()
                .contentType("application/octet-stream")
                .body("no image".getBytes(UTF_8))
                .post("/api/live/images")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        JsonPath letter = page.await("dead-letter", each -> id.equals(each.getString("key")));
        assertThat(letter.getString("code")).isEqualTo("NOT_AN_IMAGE");
        request().get("/api/live/dead-letters").then().statusCode(200).body("key", hasItem(id));

        String path =
                "/api/live/dead-letters/%d/%d/retry".formatted(letter.getInt("partition"), letter.getInt("offset"));
        request().post(path).then().statusCode(200).body("id", equalTo(id));
        JsonPath again = page.await(
                "dead-letter",
                each -> id.equals(each.getString("key")) && each.getLong("offset") > letter.getLong("offset"));
        assertThat(again.getLong("sourceOffset")).isGreaterThan(letter.getLong("sourceOffset"));
        request()
                .post("/api/live/dead-letters/0/1000000/retry")
                .then()
                .statusCode(404)
                .body("detail", containsString("no dead letter"));
    }

    @Test
    void shouldRefuseWhatIsNotAllowed() throws Exception {
        properties.put("captionstream.page.max-upload", "100K");
        start();

        request()
                .contentType("image/png")
                .body(new byte[200_000])
                .post("/api/live/images")
                .then()
                .statusCode(413);
        json("{}").post("/api/live/images").then().statusCode(400);
        json("{\"uri\": \"\"}").post("/api/live/images").then().statusCode(400);
        // Forms of other sites could send these without being asked.
        request()
                .contentType("text/plain")
                .body("x")
                .post("/api/live/images")
                .then()
                .statusCode(415);
        request().multiPart("file", "x").post("/api/live/images").then().statusCode(415);
        for (Map.Entry<String, String> header : Map.of(
                        "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site")
                .entrySet()) {
            json("{\"uri\": \"data:,x\"}")
                    .header(header.getKey(), header.getValue())
                    .post("/api/live/images")
                    .then()
                    .statusCode(403)
                    .body("detail", containsString("another site"));
        }
        json("{\"uri\": \"data:,x\"}")
                .header("Origin", service.url())
                .header("Sec-Fetch-Site", "same-origin")
                .post("/api/live/images")
                .then()
                .statusCode(202);
        request()
                .post("/api/live/dead-letters/0/0/retry")
                .then()
                .statusCode(403)
                .body("detail", containsString("captionstream.operations.enabled"));
        request()
                .get("/")
                .then()
                .statusCode(200)
                .contentType(ContentType.HTML)
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .header("X-Content-Type-Options", equalTo("nosniff"));
        limitRate();
    }

    private void limitRate() {
        int refused = 0;
        for (int number = 0; number < 30; number++) {
            int status = json("{\"uri\": \"data:,x\"}")
                    .post("/api/live/images")
                    .then()
                    .extract()
                    .statusCode();
            assertThat(status).isIn(202, 429);
            refused += status == 429 ? 1 : 0;
        }
        assertThat(refused).isPositive();
    }

    @Test
    void shouldBeOffUnlessSwitchedOn() throws Exception {
        properties.remove("captionstream.page.enabled");
        start();

        for (String path : List.of("/", "/index.html", "/page/main.js", "/api/live", "/api/live/events")) {
            request().get(path).then().statusCode(404).body(containsString("captionstream.page.enabled"));
        }
        json("{\"uri\": \"data:,x\"}").post("/api/live/images").then().statusCode(404);
    }

    @Test
    void shouldAskForPasswords() throws Exception {
        properties.put("captionstream.page.authentication", "basic");
        properties.put("captionstream.page.users.\"ada\"", "correct horse");
        start();

        for (String path :
                List.of("/", "/page/main.js", "/api/live", "/api/live/events", "/api/models", "/q/openapi")) {
            request().get(path).then().statusCode(401).header("WWW-Authenticate", startsWith("basic"));
            request().auth().preemptive().basic("ada", "wrong").get(path).then().statusCode(401);
            request().auth().preemptive().basic("bob", "").get(path).then().statusCode(401);
        }
        request()
                .auth()
                .preemptive()
                .basic("ada", "correct horse")
                .get("/api/live")
                .then()
                .statusCode(200)
                .body("user", equalTo("ada"));
        request()
                .auth()
                .preemptive()
                .basic("ada", "correct horse")
                .get("/")
                .then()
                .statusCode(200);
        request().get("/q/health/ready").then().statusCode(200);
        request().get("/q/metrics").then().statusCode(200);
        json("{}").post("/api/live/dead-letters/0/0/retry").then().statusCode(401);
    }

    @Test
    void shouldTakeTokensOfAProvider() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        properties.put("captionstream.page.authentication", "bearer");
        properties.put(
                "mp.jwt.verify.publickey",
                Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()));
        properties.put("mp.jwt.verify.issuer", "https://login.example");
        start();

        request().get("/api/live").then().statusCode(401).header("WWW-Authenticate", startsWith("Bearer"));
        request()
                .auth()
                .oauth2(token(keys, "https://login.example"))
                .get("/api/live")
                .then()
                .statusCode(200)
                .body("user", equalTo("ada"));
        request()
                .auth()
                .oauth2(token(keys, "https://elsewhere.example"))
                .get("/api/live")
                .then()
                .statusCode(401);
        request()
                .auth()
                .oauth2(token(generator.generateKeyPair(), "https://login.example"))
                .get("/api/live")
                .then()
                .statusCode(401);
        request().auth().preemptive().basic("ada", "x").get("/api/live").then().statusCode(401);
    }

    private static String token(KeyPair keys, String issuer) throws Exception {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setSubject("ada");
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(5);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(keys.getPrivate());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return signature.getCompactSerialization();
    }

    private static byte[] png() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return bytes.toByteArray();
    }

    private void start() {
        service = ApplicationProcess.start(
                DemoModels.application(), stack, folder.resolve("service"), List.of("-Xmx512m"), properties);
        service.awaitReady();
    }

    private RequestSpecification request() {
        return given().baseUri(service.url());
    }

    private RequestSpecification json(String body) {
        return request().contentType(ContentType.JSON).body(body);
    }
}
