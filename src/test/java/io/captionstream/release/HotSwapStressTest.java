package io.captionstream.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Releases, failures and captions at once: whatever the order, one version per batch and no version left open. */
class HotSwapStressTest {
    private static final int RELEASERS = 3;
    private static final int CAPTIONERS = 3;
    private static final int RELEASES = 200;
    private static final DecodingOptions OPTIONS = new DecodingOptions(1, 1, 0);

    private final Queue<FakeCaptioner> loaded = new ConcurrentLinkedQueue<>();
    private final AtomicInteger version = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldEndWithTheNewestVersionAndLeaveNoneOpen(long seed) throws Exception {
        FakeCaptioner first = new FakeCaptioner(HotSwapTest.identity(0));
        loaded.add(first);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        ExecutorService threads = Executors.newCachedThreadPool();
        LiveModel live = new LiveModel(first);
        SplittableRandom random = new SplittableRandom(seed);
        HotSwap swap = new HotSwap(
                live::swap,
                first.identity(),
                release -> load(release, new SplittableRandom(seed ^ release.hashCode())),
                scheduler,
                threads,
                new RetryDelay(Duration.ofNanos(1000), Duration.ofMillis(1)),
                Ticker.systemTicker(),
                SwapListener.NONE);
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CAPTIONERS; i++) {
            running.add(threads.submit(() -> captionUntil(done, live)));
        }
        List<Future<?>> releasing = new ArrayList<>();
        for (int i = 0; i < RELEASERS; i++) {
            SplittableRandom own = random.split();
            releasing.add(threads.submit(() -> release(swap, own)));
        }
        for (Future<?> future : releasing) {
            future.get(60, TimeUnit.SECONDS);
        }
        Release last = HotSwapTest.release(version.incrementAndGet() * 10);
        swap.release(last);
        await().until(() -> swap.status().serving().digest().equals(last.digest()));
        done.set(true);
        for (Future<?> future : running) {
            future.get(60, TimeUnit.SECONDS);
        }
        assertThat(swap.status().state()).isEqualTo(SwapState.SERVING);

        swap.close();
        live.close();
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        scheduler.shutdownNow();
        assertThat(loaded).allSatisfy(captioner -> assertThat(captioner.timesClosed())
                .as(captioner.identity().version())
                .isEqualTo(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldLeaveNoTrialOpenHoweverTheyBeginAndEnd(long seed) throws Exception {
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        ExecutorService threads = Executors.newCachedThreadPool();
        FakeSlot slot = new FakeSlot();
        SplittableRandom random = new SplittableRandom(seed);
        HotSwap swap = new HotSwap(
                slot,
                null,
                release -> load(release, new SplittableRandom(seed ^ release.hashCode())),
                scheduler,
                threads,
                new RetryDelay(Duration.ofNanos(1000), Duration.ofMillis(1)),
                Ticker.systemTicker(),
                SwapListener.NONE);
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> captioning = new ArrayList<>();
        for (int i = 0; i < CAPTIONERS; i++) {
            captioning.add(threads.submit(() -> {
                while (!done.get()) {
                    slot.captionIfThere();
                }
            }));
        }
        List<Future<?>> releasing = new ArrayList<>();
        for (int i = 0; i < RELEASERS; i++) {
            SplittableRandom own = random.split();
            releasing.add(threads.submit(() -> {
                for (int j = 0; j < RELEASES; j++) {
                    if (own.nextInt(3) == 0) {
                        swap.withdraw();
                    } else {
                        swap.release(HotSwapTest.release(version.incrementAndGet()));
                    }
                }
            }));
        }
        for (Future<?> future : releasing) {
            future.get(60, TimeUnit.SECONDS);
        }
        Release last = HotSwapTest.release(version.incrementAndGet() * 10);
        swap.release(last);
        await().until(() -> swap.status().state() == SwapState.SERVING);
        assertThat(slot.serving()).isEqualTo(last.version());
        swap.withdraw();
        assertThat(slot.serving()).isNull();
        done.set(true);
        for (Future<?> future : captioning) {
            future.get(60, TimeUnit.SECONDS);
        }

        swap.close();
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        scheduler.shutdownNow();
        assertThat(loaded).allSatisfy(captioner -> assertThat(captioner.timesClosed())
                .as(captioner.identity().version())
                .isEqualTo(1));
    }

    /** Versions that are multiples of ten load at once; others may fail, for good or for now. */
    private Captioner load(Release release, SplittableRandom random) throws BundleException, IOException {
        int number = Integer.parseInt(release.version().substring(1));
        if (number % 10 != 0) {
            int outcome = random.nextInt(4);
            if (outcome == 0) {
                throw new BundleException(BundleException.Code.MALFORMED_GRAPH, "not a graph");
            }
            if (outcome == 1) {
                throw new IOException("the store is away");
            }
        }
        FakeCaptioner captioner =
                new FakeCaptioner(new ModelIdentity(release.model(), release.version(), release.digest()));
        loaded.add(captioner);
        return captioner;
    }

    private void release(HotSwap swap, SplittableRandom random) {
        for (int i = 0; i < RELEASES; i++) {
            int number = random.nextInt(4) == 0 ? random.nextInt(version.get() + 1) : version.incrementAndGet();
            swap.release(HotSwapTest.release(number));
            if (random.nextInt(8) == 0) {
                Thread.yield();
            }
        }
    }

    private static void captionUntil(AtomicBoolean done, LiveModel live) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(6);
        while (!done.get()) {
            try (LiveModel.Lease lease = live.acquire()) {
                String version = lease.captioner().identity().version();
                for (int batch = 0; batch < 3; batch++) {
                    try {
                        assertThat(lease.captioner().caption(pixels, 2, OPTIONS))
                                .allSatisfy(captions ->
                                        assertThat(captions.get(0).text()).isEqualTo(version));
                    } catch (InferenceException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
    }
}
