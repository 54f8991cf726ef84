package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CLOSED;
import static io.captionstream.image.ImageErrorCode.EMPTY_IMAGE;
import static io.captionstream.image.ImageErrorCode.INTERNAL_ERROR;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageLoaderTest {
    private static final Set<ImageGeometry> GEOMETRIES = Set.of(ImageGeometry.square(8));

    private final byte[] jpeg = SampleImages.jpeg(64, 48);

    @Test
    void shouldLoadInlineBytesAndDataUris() throws Exception {
        byte[] png = SampleImages.encode(SampleImages.palette(8, 8), "png");
        StringBuilder escaped = new StringBuilder("data:,");
        for (byte b : png) {
            escaped.append(String.format("%%%02x", b & 0xff));
        }
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults())) {
            LoadedImage inline = get(loader.load(ImageReference.ofContent(png), GEOMETRIES));
            assertThat(inline.fetchTime()).isZero();
            for (String uri : List.of(
                    "data:image/png;base64," + Base64.getEncoder().encodeToString(png),
                    "DATA:;charset=x;BASE64,"
                            + Base64.getEncoder().withoutPadding().encodeToString(png),
                    "data:;base64,"
                            + Base64.getEncoder()
                                    .encodeToString(png)
                                    .replace("+", "%2B")
                                    .replace("=", "%3D"),
                    escaped.toString())) {
                LoadedImage image = get(loader.load(ImageReference.ofUri(uri), GEOMETRIES));
                assertThat(image.digest()).isEqualTo(inline.digest());
                assertThat(image.pixels().values())
                        .containsExactlyElementsOf(inline.pixels().values());
            }
        }
    }

    @Test
    void shouldTellHowFarAnImageIs() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        LoadListener listener = new LoadListener() {
            @Override
            public void fetching() {
                told.add("fetching");
            }

            @Override
            public void fetched() {
                told.add("fetched");
            }

            @Override
            public void decoding() {
                told.add("decoding");
            }

            @Override
            public void decoded() {
                told.add("decoded");
            }
        };
        String uri = "data:;base64," + Base64.getEncoder().encodeToString(jpeg);
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults())) {
            get(loader.load(ImageReference.ofUri(uri), GEOMETRIES, listener));
            assertThat(told).containsExactly("fetching", "fetched", "decoding", "decoded");

            told.clear();
            get(loader.load(ImageReference.ofContent(jpeg), GEOMETRIES, listener));
            assertThat(told).containsExactly("decoding", "decoded");

            told.clear();
            failure(loader.load(ImageReference.ofUri("file:///nowhere"), GEOMETRIES, listener));
            assertThat(told).containsExactly("fetching");
        }
    }

    @Test
    void shouldVerifyImages() throws Exception {
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults())) {
            VerifiedImage image = loader.verify(ImageReference.ofContent(jpeg)).get(10, TimeUnit.SECONDS);
            assertThat(image.encoded()).isEqualTo(jpeg);
            assertThat(image.digest())
                    .isEqualTo(get(loader.load(ImageReference.ofContent(jpeg), GEOMETRIES))
                            .digest());
            byte[] truncated = Arrays.copyOf(SampleImages.jpeg(1200, 900), 20_000);
            assertThat(loader.verify(ImageReference.ofContent(truncated)))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(ImageException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://example.org/a.jpg, UNSUPPORTED_SCHEME",
        "javascript:alert(1), UNSUPPORTED_SCHEME",
        "jar:file:/a.jar!/b, UNSUPPORTED_SCHEME",
        "/etc/passwd, INVALID_REFERENCE",
        "'', INVALID_REFERENCE",
        "':', INVALID_REFERENCE",
        "'1:x', INVALID_REFERENCE",
        "'data:', INVALID_REFERENCE",
        "'data:,', EMPTY_IMAGE",
        "'data:;base64,', EMPTY_IMAGE",
        "'data:;base64,####', INVALID_REFERENCE",
        "'data:;base64,AAA A', INVALID_REFERENCE",
        "'data:;base64,_-_-', INVALID_REFERENCE",
        "'data:,%4', INVALID_REFERENCE",
        "'data:,%zz', INVALID_REFERENCE",
        "'data:,a b', INVALID_REFERENCE",
        "'data:,hello', NOT_AN_IMAGE",
        "s3://, INVALID_REFERENCE",
        "s3://bucket, INVALID_REFERENCE",
        "s3://bucket/, INVALID_REFERENCE",
        "s3:bucket/key, INVALID_REFERENCE",
        "s3://user@bucket/key, INVALID_REFERENCE"
    })
    void shouldRefuseBadReferences(String uri, ImageErrorCode code) {
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults())) {
            assertThat(failure(loader.load(ImageReference.ofUri(uri), GEOMETRIES))
                            .code())
                    .isEqualTo(code);
        }
    }

    @Test
    void shouldLimitInlineBytesAndDataUris() {
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults().withLimits(100, 1_000_000))) {
            String uri = "data:;base64," + Base64.getEncoder().encodeToString(jpeg);
            assertThat(failure(loader.load(ImageReference.ofContent(jpeg), GEOMETRIES))
                            .code())
                    .isEqualTo(TOO_MANY_BYTES);
            assertThat(failure(loader.load(ImageReference.ofUri(uri), GEOMETRIES))
                            .code())
                    .isEqualTo(TOO_MANY_BYTES);
            assertThat(failure(loader.load(ImageReference.ofContent(new byte[0]), GEOMETRIES))
                            .code())
                    .isEqualTo(EMPTY_IMAGE);
        }
    }

    @Test
    void shouldKeepToItsBounds() throws Exception {
        int threads = 5;
        long budget = 4L * jpeg.length;
        AtomicInteger fetching = new AtomicInteger();
        AtomicInteger mostFetching = new AtomicInteger();
        AtomicLong held = new AtomicLong();
        AtomicLong mostHeld = new AtomicLong();
        ImageSource source = (uri, fetch) -> {
            mostFetching.accumulateAndGet(fetching.incrementAndGet(), Math::max);
            try {
                fetch.reserve(jpeg.length);
                mostHeld.accumulateAndGet(held.addAndGet(jpeg.length), Math::max);
                return jpeg.clone();
            } finally {
                fetching.decrementAndGet();
            }
        };
        FetchConfig fetch = new FetchConfig(
                threads, Duration.ofSeconds(30), Duration.ofSeconds(60), 1, Duration.ofMillis(1), Duration.ofMillis(2));
        ImageConfig config = ImageConfig.defaults()
                .withLimits(jpeg.length, 1_000_000)
                .withMemory(budget, 100_000)
                .withDecodeThreads(2)
                .withFetch(fetch);
        List<CompletableFuture<LoadedImage>> loads = new ArrayList<>();
        try (ImageLoader loader = new ImageLoader(config, Map.of("test", source))) {
            for (int i = 0; i < 300; i++) {
                CompletableFuture<LoadedImage> load = loader.load(ImageReference.ofUri("test:" + i), GEOMETRIES);
                loads.add(load.whenComplete((image, failure) -> held.addAndGet(-jpeg.length)));
            }
            for (CompletableFuture<LoadedImage> load : loads) {
                assertThat(get(load).bytes()).isEqualTo(jpeg.length);
            }
        }
        assertThat(mostFetching).hasValueLessThanOrEqualTo(threads);
        // A unit of the budget is a kibibyte; a load is counted here until just before it gives its memory back.
        assertThat(mostHeld.get()).isLessThanOrEqualTo(budget + 4 * 1024);
    }

    @Test
    void shouldNotCountWaitingForMemoryAsTheServersTime() throws Exception {
        CountDownLatch firstHolds = new CountDownLatch(1);
        ImageSource source = (uri, fetch) -> {
            fetch.reserve(jpeg.length);
            if (uri.equals("test:first")) {
                firstHolds.countDown();
                // Longer than the second may take, while the second waits for memory.
                Thread.sleep(400);
            }
            return jpeg;
        };
        FetchConfig fetch = new FetchConfig(
                2, Duration.ofSeconds(30), Duration.ofSeconds(30), 1, Duration.ofMillis(1), Duration.ofMillis(2));
        ByteBudget memory = new ByteBudget(jpeg.length);
        var timer = new ScheduledThreadPoolExecutor(1);
        try {
            ImageFetcher fetcher = new ImageFetcher(Map.of("test", source), fetch);
            Fetch first = new Fetch(fetch, jpeg.length, memory, timer, () -> {});
            CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
                try {
                    fetcher.fetch("test:first", first, Attempts.UNCONDITIONAL);
                } catch (ImageException e) {
                    throw new IllegalStateException(e);
                } finally {
                    first.release();
                }
            });
            firstHolds.await();
            FetchConfig hasty = new FetchConfig(
                    2, Duration.ofMillis(100), Duration.ofMillis(100), 1, Duration.ofMillis(1), Duration.ofMillis(2));
            Fetch second = new Fetch(hasty, jpeg.length, memory, timer, () -> {});
            assertThat(fetcher.fetch("test:second", second, Attempts.UNCONDITIONAL))
                    .isEqualTo(jpeg);
            second.release();
            running.get(30, TimeUnit.SECONDS);
            assertThat(memory.usedBytes()).isZero();
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    void shouldFailWhatIsRunningWhenClosed() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        ImageSource stuck = (uri, fetch) -> {
            started.countDown();
            Thread.sleep(60_000);
            return jpeg;
        };
        List<CompletableFuture<LoadedImage>> loads = new ArrayList<>();
        ImageLoader loader = new ImageLoader(ImageConfig.defaults(), Map.of("test", stuck));
        for (int i = 0; i < 200; i++) {
            loads.add(loader.load(ImageReference.ofUri("test:" + i), GEOMETRIES));
        }
        started.await();
        loader.close();
        loads.add(loader.load(ImageReference.ofUri("test:late"), GEOMETRIES));
        loads.add(loader.load(ImageReference.ofContent(jpeg), GEOMETRIES));
        for (CompletableFuture<LoadedImage> load : loads) {
            assertThat(failure(load).code()).isEqualTo(CLOSED);
        }
    }

    @Test
    void shouldStopWhenCancelled() {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch cancelled = new CountDownLatch(1);
        ImageSource source = (uri, fetch) -> {
            attempts.incrementAndGet();
            fetch.onStop(cancelled::countDown);
            cancelled.await();
            throw fetch.timeout(null);
        };
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults(), Map.of("test", source))) {
            CompletableFuture<LoadedImage> load = loader.load(ImageReference.ofUri("test:"), GEOMETRIES);
            await().until(() -> attempts.get() == 1);
            load.cancel(true);
            await().until(() -> cancelled.getCount() == 0);
            assertThat(attempts).hasValue(1);
        }
    }

    @Test
    void shouldReportBugsOfSources() {
        ImageSource buggy = (uri, fetch) -> {
            throw new IllegalStateException("secret");
        };
        try (ImageLoader loader = new ImageLoader(ImageConfig.defaults(), Map.of("test", buggy))) {
            ImageException failure = failure(loader.load(ImageReference.ofUri("test:"), GEOMETRIES));
            assertThat(failure.code()).isEqualTo(INTERNAL_ERROR);
            assertThat(failure.getMessage()).doesNotContain("secret");
        }
    }

    private static LoadedImage get(CompletableFuture<LoadedImage> load) throws Exception {
        return load.get(60, TimeUnit.SECONDS);
    }

    private static ImageException failure(CompletableFuture<LoadedImage> load) {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, () -> get(load));
        assertThat(failure).isNotNull().hasCauseInstanceOf(ImageException.class);
        return (ImageException) failure.getCause();
    }
}
