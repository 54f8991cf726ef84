package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CLOSED;
import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.NOT_AN_IMAGE;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.SOURCE_UNAVAILABLE;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sources that answer, hang, fail and change their minds, asked by several threads that also cancel: every load ends
 * exactly once, no limit is exceeded, and nothing is left behind. Odd seeds end with closing the loader in the middle.
 */
class FetchQueueStressTest {
    private static final int CALLERS = 4;
    private static final int LOADS = 1500;
    private static final int HOSTS = 12;
    private static final FetchConfig CONFIG = new FetchConfig(
            10,
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            2,
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            new SourceConfig(
                    6, 3, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(500), Duration.ofDays(1)));

    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch meeting = new CountDownLatch(CONFIG.allThreads());
    private final AtomicInteger mostRunning = new AtomicInteger();
    private final AtomicInteger mostOfOne = new AtomicInteger();
    private final Map<String, AtomicInteger> runningOf = new ConcurrentHashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldEndEveryLoadOnceAndKeepItsLimits(long seed) throws Exception {
        boolean closing = seed % 2 == 1;
        List<CompletableFuture<LoadedImage>> loads = new ArrayList<>();
        AtomicInteger ended = new AtomicInteger();
        ImageLoader loader =
                new ImageLoader(ImageConfig.defaults().withFetch(CONFIG), Map.of("http", new MoodySource(seed)));
        try (loader) {
            List<CompletableFuture<List<CompletableFuture<LoadedImage>>>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                Random random = new Random(seed * CALLERS + caller);
                callers.add(CompletableFuture.supplyAsync(
                        () -> call(loader, random, ended), task -> new Thread(task, "caller").start()));
            }
            if (closing) {
                await().until(() -> ended.get() > LOADS);
                loader.close();
            }
            for (CompletableFuture<List<CompletableFuture<LoadedImage>>> caller : callers) {
                loads.addAll(caller.join());
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> loads.stream().allMatch(CompletableFuture::isDone));
            await().until(() -> running.get() == 0);

            assertThat(ended).hasValue(CALLERS * LOADS);
            assertThat(mostRunning).hasValueLessThanOrEqualTo(CONFIG.allThreads());
            assertThat(mostOfOne).hasValueLessThanOrEqualTo(CONFIG.sources().maxPerSource());
            loads.forEach(FetchQueueStressTest::assertExplained);
            if (!closing) {
                assertThat(loader.sourceHealth().sources()).isEqualTo(HOSTS);
                // No thread was lost: as many as there are meet.
                for (int i = 0; i < CONFIG.allThreads(); i++) {
                    load(loader, "http://new-" + i + "/meet");
                }
                await().until(() -> meeting.getCount() == 0);
            }
        }
    }

    private List<CompletableFuture<LoadedImage>> call(ImageLoader loader, Random random, AtomicInteger ended) {
        List<CompletableFuture<LoadedImage>> loads = new ArrayList<>();
        for (int i = 0; i < LOADS; i++) {
            CompletableFuture<LoadedImage> load = load(loader, "http://host-" + random.nextInt(HOSTS) + "/" + i);
            load.whenComplete((image, failure) -> ended.incrementAndGet());
            loads.add(load);
            if (random.nextInt(10) == 0) {
                loads.get(random.nextInt(loads.size())).cancel(true);
            }
            if (random.nextInt(50) == 0) {
                loader.outage();
                loads.get(random.nextInt(loads.size()))
                        .exceptionally(failure -> null)
                        .join();
            }
        }
        return loads;
    }

    private static CompletableFuture<LoadedImage> load(ImageLoader loader, String uri) {
        return loader.load(ImageReference.ofUri(uri), Set.of(ImageGeometry.square(8)));
    }

    private static void assertExplained(CompletableFuture<LoadedImage> load) {
        Throwable failure = load.handle((image, thrown) -> thrown).join();
        assertThat(failure).isNotNull();
        if (failure instanceof CancellationException) {
            return;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(ImageException.class);
        assertThat(((ImageException) cause).code())
                .isIn(NOT_AN_IMAGE, NOT_FOUND, TIMEOUT, CONNECTION_FAILED, SOURCE_UNAVAILABLE, CLOSED);
    }

    /** Each host is well or ill for a while; what it says is no image, which is quickly seen. */
    private final class MoodySource implements ImageSource {
        private final Random moods;
        private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
        private final long seed;

        MoodySource(long seed) {
            this.seed = seed;
            this.moods = new Random(seed);
        }

        @Override
        public byte[] fetch(String uri, Fetch fetch) throws ImageException, InterruptedException {
            if (uri.endsWith("/meet")) {
                meeting.countDown();
                meeting.await();
            }
            String host = SourceKey.of(uri).name();
            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
            AtomicInteger ofHost = runningOf.computeIfAbsent(host, key -> new AtomicInteger());
            mostOfOne.accumulateAndGet(ofHost.incrementAndGet(), Math::max);
            try {
                int count =
                        asked.computeIfAbsent(host, key -> new AtomicInteger()).incrementAndGet();
                return answer(Math.floorMod(host.hashCode() + seed + count / 20, 5), fetch);
            } finally {
                ofHost.decrementAndGet();
                running.decrementAndGet();
            }
        }

        private byte[] answer(long mood, Fetch fetch) throws ImageException, InterruptedException {
            fetch.reserve(100);
            if (mood == 0) {
                throw ImageException.fetch(CONNECTION_FAILED, "refused");
            }
            if (mood == 1) {
                CompletableFuture<Void> stopped = new CompletableFuture<>();
                fetch.onStop(() -> stopped.complete(null));
                stopped.join();
                throw fetch.timeout(null);
            }
            int dice;
            synchronized (moods) {
                dice = moods.nextInt(20);
            }
            if (dice == 0) {
                throw ImageException.fetch(NOT_FOUND, "none");
            }
            Thread.sleep(0, dice * 10_000);
            return new byte[100];
        }
    }
}
