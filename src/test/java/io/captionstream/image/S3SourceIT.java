package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.ACCESS_DENIED;
import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_BUCKET;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.captionstream.embedded.EmbeddedS3;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3SourceIT {
    private static final FetchConfig FETCH = new FetchConfig(
            4, Duration.ofSeconds(30), Duration.ofSeconds(60), 2, Duration.ofMillis(1), Duration.ofSeconds(1));

    @TempDir
    static Path folder;

    private static EmbeddedS3 store;

    private final byte[] jpeg = SampleImages.jpeg(64, 48);

    @BeforeAll
    static void start() {
        store = new EmbeddedS3(folder);
        store.start();
        store.awaitReady();
        try (S3Client client = S3Client.builder()
                .endpointOverride(store.endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(EmbeddedS3.ACCESS_KEY, EmbeddedS3.SECRET_KEY)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            client.createBucket(request -> request.bucket("images"));
            client.createBucket(request -> request.bucket("private"));
            put(client, "images", "scenes/a b+c%20.jpg", SampleImages.jpeg(64, 48));
            put(client, "images", "empty", new byte[0]);
            put(client, "images", "large", new byte[200_000]);
            put(client, "private", "a.jpg", SampleImages.jpeg(64, 48));
        }
    }

    private static void put(S3Client client, String bucket, String key, byte[] content) {
        client.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(content));
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @BeforeEach
    void logIn() {
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
    }

    @AfterEach
    void logOut() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void shouldLoadObjects() throws Exception {
        LoadedImage image = load(config(store.endpoint(), FETCH), "s3://images/scenes/a b+c%20.jpg");
        assertThat(image.bytes()).isEqualTo(jpeg.length);
    }

    @Test
    void shouldReportWhatIsNotThere() {
        assertFails("s3://images/missing.jpg", NOT_FOUND);
        assertFails("s3://images/empty", EMPTY_IMAGE);
    }

    @Test
    void shouldCheckTheSize() {
        assertFails("s3://images/large", TOO_MANY_BYTES);
    }

    @Test
    void shouldReadConfiguredBucketsOnly() {
        assertFails("s3://private/a.jpg", FORBIDDEN_BUCKET);
    }

    @Test
    void shouldReportDeniedAccess() {
        System.setProperty("aws.secretAccessKey", "wrong");
        assertFails("s3://images/scenes/a b+c%20.jpg", ACCESS_DENIED);
    }

    @Test
    void shouldReportStoresThatAreDownOrSilent() throws Exception {
        FetchConfig impatient = new FetchConfig(
                4, Duration.ofMillis(500), Duration.ofSeconds(1), 3, Duration.ofMillis(1), Duration.ofSeconds(1));
        URI down;
        try (TestServer server = new TestServer()) {
            down = URI.create(server.url(""));
            server.on("/images/a.jpg", (request, out) -> server.hang());
            assertThat(failure(config(down, impatient), "s3://images/a.jpg").code())
                    .isEqualTo(TIMEOUT);
        }
        assertThat(failure(config(down, FETCH), "s3://images/a.jpg").code()).isEqualTo(CONNECTION_FAILED);
    }

    @Test
    void shouldReportCredentialsThatEnded() throws Exception {
        byte[] answer = "<Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>"
                .getBytes(StandardCharsets.UTF_8);
        try (TestServer server = new TestServer()) {
            server.on(
                    "/images/a.jpg",
                    (request, out) ->
                            out.write(TestServer.response("400 Bad Request\r\nContent-Type: application/xml", answer)));
            URI store = URI.create(server.url(""));

            assertThat(failure(config(store, FETCH), "s3://images/a.jpg").code())
                    .isEqualTo(ACCESS_DENIED);
        }
    }

    private static ImageConfig config(URI endpoint, FetchConfig fetch) {
        return ImageConfig.defaults()
                .withLimits(100_000, 1_000_000)
                .withFetch(fetch)
                .withS3(new S3Config(endpoint, null, true, Set.of("images")));
    }

    private static void assertFails(String uri, ImageErrorCode code) {
        ImageException failure = failure(config(store.endpoint(), FETCH), uri);
        assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
    }

    private static ImageException failure(ImageConfig config, String uri) {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, () -> load(config, uri));
        assertThat(failure).as(uri).isNotNull().hasCauseInstanceOf(ImageException.class);
        return (ImageException) failure.getCause();
    }

    private static LoadedImage load(ImageConfig config, String uri) throws Exception {
        try (ImageLoader loader = new ImageLoader(config)) {
            return loader.load(ImageReference.ofUri(uri), Set.of(ImageGeometry.square(8)))
                    .get(90, TimeUnit.SECONDS);
        }
    }
}
