package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.SOURCE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ten hosts on loopback, real sockets: one takes connections and never answers, the others are asked as before. */
class DeadHostTest {
    private static final Set<ImageGeometry> GEOMETRIES = Set.of(ImageGeometry.square(8));
    private static final int HEALTHY = 9;
    private static final int THREADS = 16;
    /** So long that nothing of the dead host ends within a test. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final byte[] jpeg = SampleImages.jpeg(16, 16);
    private final List<TestServer> healthy = new ArrayList<>();
    private TestServer dead;

    @BeforeEach
    void start() throws IOException {
        for (int i = 0; i < HEALTHY; i++) {
            TestServer server = new TestServer();
            server.on("/", (request, out) -> {
                Thread.sleep(5);
                out.write(TestServer.response("200 OK", jpeg));
            });
            healthy.add(server);
        }
        dead = new TestServer();
        dead.on("/", (request, out) -> dead.hang());
    }

    @AfterEach
    void stop() throws IOException {
        for (TestServer server : healthy) {
            server.close();
        }
        dead.close();
    }

    @Test
    void shouldAnswerForNineHostsWhileTheTenthHangs() throws Exception {
        int rounds = 50;
        try (ImageLoader loader = new ImageLoader(config())) {
            List<CompletableFuture<LoadedImage>> answers = new ArrayList<>();
            List<CompletableFuture<LoadedImage>> hanging = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                hanging.add(load(loader, dead));
                healthy.forEach(server -> answers.add(load(loader, server)));
            }
            all(answers);

            assertThat(answers).hasSize(rounds * HEALTHY);
            assertThat(hanging).noneMatch(CompletableFuture::isDone);
            assertThat(dead.requests("/")).isBetween(1, THREADS / 2);
        }
    }

    @Test
    void shouldAnswerForANewHostAtOnceWhenAnotherHoldsAllItMay() throws Exception {
        try (ImageLoader loader = new ImageLoader(config())) {
            // Grown by success to all threads, and dead then.
            TestServer turning = new TestServer();
            try (turning) {
                turning.body("/", jpeg);
                turning.on("/late", (request, out) -> turning.hang());
                for (int i = 0; i < 40; i++) {
                    List<CompletableFuture<LoadedImage>> burst = new ArrayList<>();
                    for (int n = 0; n < 2 * THREADS; n++) {
                        burst.add(load(loader, turning));
                    }
                    all(burst);
                }
                List<CompletableFuture<LoadedImage>> hanging = new ArrayList<>();
                for (int i = 0; i < 10 * THREADS; i++) {
                    hanging.add(loader.load(ImageReference.ofUri(turning.url("/late")), GEOMETRIES));
                }
                for (TestServer server : healthy) {
                    all(List.of(load(loader, server)));
                }

                assertThat(hanging).noneMatch(CompletableFuture::isDone);
            }
        }
    }

    @Test
    void shouldLeaveOtherHostsMemoryWhenOneBeginsLargeAnswersAndHangs() throws Exception {
        dead.on("/", (request, out) -> {
            out.write("HTTP/1.1 200 OK\r\n\r\nbeginning".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            dead.hang();
        });
        int maxBytes = 100_000;
        try (ImageLoader loader =
                new ImageLoader(config().withLimits(maxBytes, 1_000_000).withMemory(4 * maxBytes, 1_000_000))) {
            List<CompletableFuture<LoadedImage>> hanging = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                hanging.add(load(loader, dead));
            }
            await().until(() -> dead.requests("/") >= 4);
            for (TestServer server : healthy) {
                all(List.of(load(loader, server)));
            }

            assertThat(hanging).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void shouldKeepImagesWhileTheOnlyHostIsDownAndLoadThemWhenItIsBack() throws Exception {
        AtomicBoolean down = new AtomicBoolean(true);
        TestServer only = healthy.get(0);
        only.on("/", (request, out) -> {
            if (down.get()) {
                only.hang();
            }
            out.write(TestServer.response("200 OK", jpeg));
        });
        Duration brief = Duration.ofMillis(50);
        FetchConfig fetch = new FetchConfig(
                THREADS,
                brief,
                brief,
                1,
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                new SourceConfig(THREADS, 5, Duration.ofMillis(20), brief, Duration.ofMinutes(10), Duration.ofDays(1)));
        try (ImageLoader loader = new ImageLoader(config().withFetch(fetch))) {
            await().until(() -> code(load(loader, only)) == SOURCE_UNAVAILABLE);
            assertThat(loader.outage()).get().asString().contains(": TIMEOUT from http://127.0.0.1:" + only.port());
            assertThat(loader.sourceHealth().openBreakers()).isEqualTo(1);

            down.set(false);

            await().until(() -> code(load(loader, only)) == null);
            assertThat(loader.outage()).isEmpty();
        }
    }

    @Test
    void shouldNotJudgeAHostByWhereItRedirectsTo() throws Exception {
        TestServer host = healthy.get(0);
        // Nobody listens at that address.
        host.redirect("/away", "http://127.0.0.9:" + host.port() + "/");
        try (ImageLoader loader = new ImageLoader(config())) {
            for (int i = 0; i < 30; i++) {
                assertThat(code(loader.load(ImageReference.ofUri(host.url("/away")), GEOMETRIES)))
                        .isEqualTo(CONNECTION_FAILED);
            }

            assertThat(loader.sourceHealth()).isEqualTo(new SourceHealth(1, 0, Optional.empty()));
            all(List.of(load(loader, host)));
        }
    }

    /** Null if it was loaded. */
    private static @Nullable ImageErrorCode code(CompletableFuture<LoadedImage> load) {
        return load.handle((image, failure) -> failure == null ? null : ((ImageException) failure).code())
                .join();
    }

    private static void all(List<CompletableFuture<LoadedImage>> loads) throws Exception {
        CompletableFuture.allOf(loads.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    }

    private static CompletableFuture<LoadedImage> load(ImageLoader loader, TestServer server) {
        return loader.load(ImageReference.ofUri(server.url("/")), GEOMETRIES);
    }

    private static ImageConfig config() {
        return ImageConfig.defaults()
                .withHttp(HttpConfig.defaults().withAllowedNetworks(Set.of("127.0.0.0/8")))
                .withFetch(new FetchConfig(THREADS, PATIENCE, PATIENCE, 1, Duration.ofMillis(1), Duration.ofMillis(2)));
    }
}
