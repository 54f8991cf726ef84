package io.captionstream.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.InferenceException;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelIdentity;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HotSwapTest {
    private static final RetryDelay DELAY = new RetryDelay(Duration.ofSeconds(1), Duration.ofSeconds(5));

    private final Map<String, Exception> failures = new HashMap<>();
    private final List<FakeCaptioner> loaded = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final FakeCaptioner first = new FakeCaptioner(identity(0));
    private final LiveModel live = new LiveModel(first);
    private final HotSwap swap = new HotSwap(
            live::swap,
            first.identity(),
            this::load,
            scheduler,
            tasks::add,
            DELAY,
            Ticker.systemTicker(),
            new Events());

    @AfterEach
    void close() {
        swap.close();
        live.close();
        scheduler.shutdownNow();
    }

    @Test
    void shouldServeTheNewVersionAndCloseTheOld() {
        swap.release(release(1));
        assertThat(swap.status().state()).isEqualTo(SwapState.LOADING);
        assertThat(serving()).isEqualTo("v0");

        runTasks();

        assertThat(serving()).isEqualTo("v1");
        assertThat(swap.status().state()).isEqualTo(SwapState.SERVING);
        assertThat(swap.status().serving()).isEqualTo(identity(1));
        assertThat(first.timesClosed()).isEqualTo(1);
        assertThat(events).containsExactly("swapped v0 to v1");
    }

    @Test
    void shouldKeepTheOldVersionForWhoeverStillUsesIt() {
        try (LiveModel.Lease lease = live.acquire()) {
            swap.release(release(1));
            runTasks();

            assertThat(lease.captioner().identity()).isEqualTo(identity(0));
            assertThat(first.timesClosed()).isZero();
        }
        assertThat(first.timesClosed()).isEqualTo(1);
    }

    @Test
    void shouldNotLoadWhatServesAlready() {
        swap.release(release(0));
        runTasks();

        assertThat(loaded).isEmpty();
        assertThat(swap.status().state()).isEqualTo(SwapState.SERVING);
        assertThat(swap.status().wanted()).isEqualTo(release(0));
    }

    @Test
    void shouldLoadAReleaseOnce() {
        swap.release(release(1));
        swap.release(release(1));
        runTasks();
        swap.release(release(1));
        runTasks();

        assertThat(loaded).hasSize(1);
    }

    @Test
    void shouldServeTheNewestOfReleasesThatCameMeanwhile() {
        swap.release(release(1));
        onLoad = () -> {
            onLoad = () -> {};
            swap.release(release(2));
            swap.release(release(3));
        };
        runTasks();

        assertThat(serving()).isEqualTo("v3");
        assertThat(loaded).extracting(FakeCaptioner::identity).containsExactly(identity(1), identity(3));
        assertThat(loaded.get(0).timesClosed()).isEqualTo(1);
        assertThat(events).containsExactly("swapped v0 to v3");
    }

    @Test
    void shouldStayWithWhatServesWhenTheReleaseIsTakenBack() {
        swap.release(release(1));
        onLoad = () -> swap.release(release(0));
        runTasks();

        assertThat(serving()).isEqualTo("v0");
        assertThat(swap.status().state()).isEqualTo(SwapState.SERVING);
        assertThat(loaded.get(0).timesClosed()).isEqualTo(1);
        assertThat(events).isEmpty();
    }

    @Test
    void shouldRefuseABundleThatIsWrongAndNotTryItAgain() {
        failures.put("v1", new BundleException(BundleException.Code.WRONG_DIGEST, "not the digest"));
        swap.release(release(1));
        runTasks();

        assertThat(serving()).isEqualTo("v0");
        assertThat(swap.status().state()).isEqualTo(SwapState.REFUSED);
        assertThat(swap.status().failure()).isEqualTo("not the digest");
        assertThat(scheduler.delays()).isEmpty();
        assertThat(events).containsExactly("v1 failed for good");

        swap.release(release(2));
        runTasks();
        assertThat(serving()).isEqualTo("v2");
        assertThat(swap.status().failure()).isNull();
    }

    @Test
    void shouldTryAgainEverMoreSlowlyWhatMayPass() {
        failures.put("v1", new IOException("the store is away"));
        swap.release(release(1));
        runTasks();
        for (int attempt = 2; attempt <= 5; attempt++) {
            assertThat(swap.status().state()).isEqualTo(SwapState.WAITING);
            scheduler.runNext();
            runTasks();
            assertThat(swap.status().attempts()).isEqualTo(attempt);
        }
        assertThat(scheduler.delays())
                .containsExactly(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5));
        assertThat(serving()).isEqualTo("v0");

        failures.clear();
        scheduler.runNext();
        runTasks();
        assertThat(serving()).isEqualTo("v1");
        assertThat(swap.status().attempts()).isZero();
    }

    @Test
    void shouldTryAgainWhenThereIsMemory() {
        failures.put("v1", new InferenceException(InferenceException.Code.OUT_OF_MEMORY, "too large"));
        swap.release(release(1));
        runTasks();

        assertThat(swap.status().state()).isEqualTo(SwapState.WAITING);
        assertThat(events).containsExactly("v1 failed for now");
    }

    @Test
    void shouldServeOnWhenTheHeapIsExhausted() {
        swap.release(release(1));
        onLoad = () -> {
            throw new OutOfMemoryError("Java heap space");
        };
        runTasks();

        assertThat(serving()).isEqualTo("v0");
        assertThat(swap.status().state()).isEqualTo(SwapState.WAITING);
        onLoad = () -> {};
        scheduler.runNext();
        runTasks();
        assertThat(serving()).isEqualTo("v1");
    }

    @Test
    void shouldNotWaitForTheRetryOfAnOldReleaseWhenANewOneComes() {
        failures.put("v1", new IOException("the store is away"));
        swap.release(release(1));
        runTasks();
        swap.release(release(2));
        runTasks();
        assertThat(serving()).isEqualTo("v2");

        failures.clear();
        scheduler.runNext();
        runTasks();
        assertThat(serving()).isEqualTo("v2");
        assertThat(loaded).extracting(FakeCaptioner::identity).containsExactly(identity(2));
    }

    @Test
    void shouldSwapNothingOnceClosed() {
        swap.release(release(1));
        onLoad = swap::close;
        runTasks();
        swap.release(release(2));
        runTasks();

        assertThat(serving()).isEqualTo("v0");
        assertThat(loaded).hasSize(1);
        assertThat(loaded.get(0).timesClosed()).isEqualTo(1);
    }

    @Test
    void shouldRefuseForGoodWhatCannotDecodeAsIsConfigured() {
        failures.put("v1", new InferenceException(InferenceException.Code.UNSUPPORTED_OPTIONS, "no such search"));
        swap.release(release(1));
        runTasks();

        assertThat(swap.status().state()).isEqualTo(SwapState.REFUSED);
        assertThat(scheduler.delays()).isEmpty();
    }

    @Test
    void shouldFillAnEmptySlotAndEmptyItAgain() {
        FakeSlot slot = new FakeSlot();
        HotSwap trial = trial(slot);
        assertThat(trial.status().state()).isEqualTo(SwapState.EMPTY);
        assertThat(trial.status().serving()).isNull();

        trial.release(release(1));
        runTasks();
        assertThat(slot.serving()).isEqualTo("v1");
        assertThat(trial.status().serving()).isEqualTo(identity(1));
        assertThat(events).containsExactly("swapped nothing to v1");

        trial.withdraw();
        assertThat(slot.serving()).isNull();
        assertThat(trial.status().state()).isEqualTo(SwapState.EMPTY);
        assertThat(trial.status().wanted()).isNull();
        assertThat(loaded.get(0).timesClosed()).isEqualTo(1);

        trial.release(release(1));
        runTasks();
        assertThat(slot.serving()).isEqualTo("v1");
        assertThat(loaded).hasSize(2);
    }

    @Test
    void shouldNotFillASlotWithWhatWasWithdrawnMeanwhile() {
        FakeSlot slot = new FakeSlot();
        HotSwap trial = trial(slot);
        trial.release(release(1));
        onLoad = trial::withdraw;
        runTasks();

        assertThat(slot.serving()).isNull();
        assertThat(trial.status().state()).isEqualTo(SwapState.EMPTY);
        assertThat(loaded.get(0).timesClosed()).isEqualTo(1);
        assertThat(events).isEmpty();

        onLoad = () -> {};
        trial.release(release(2));
        runTasks();
        assertThat(slot.serving()).isEqualTo("v2");
    }

    @Test
    void shouldLoadTheNextReleaseThoughTheOneBeforeWasWithdrawnMeanwhile() {
        FakeSlot slot = new FakeSlot();
        HotSwap trial = trial(slot);
        trial.release(release(1));
        onLoad = () -> {
            onLoad = () -> {};
            trial.withdraw();
            trial.release(release(2));
        };
        runTasks();

        assertThat(slot.serving()).isEqualTo("v2");
        assertThat(trial.status().state()).isEqualTo(SwapState.SERVING);
    }

    @Test
    void shouldNotTryAgainWhatWasWithdrawn() {
        failures.put("v1", new IOException("the store is away"));
        FakeSlot slot = new FakeSlot();
        HotSwap trial = trial(slot);
        trial.release(release(1));
        runTasks();
        trial.withdraw();

        failures.clear();
        scheduler.runNext();
        runTasks();
        assertThat(slot.serving()).isNull();
        assertThat(loaded).isEmpty();
        assertThat(trial.status().failure()).isNull();
    }

    @Test
    void shouldCloseWhatASlotDoesNotTakeAnyMore() {
        FakeSlot slot = new FakeSlot();
        HotSwap trial = trial(slot);
        slot.close();
        trial.release(release(1));
        runTasks();

        assertThat(loaded.get(0).timesClosed()).isEqualTo(1);
        assertThat(trial.status().state()).isEqualTo(SwapState.WAITING);
    }

    private HotSwap trial(SwapSlot slot) {
        return new HotSwap(slot, null, this::load, scheduler, tasks::add, DELAY, Ticker.systemTicker(), new Events());
    }

    private Runnable onLoad = () -> {};

    private Captioner load(Release release) throws BundleException, InferenceException, IOException {
        onLoad.run();
        Exception failure = failures.get(release.version());
        if (failure instanceof BundleException e) {
            throw e;
        }
        if (failure instanceof InferenceException e) {
            throw e;
        }
        if (failure instanceof IOException e) {
            throw e;
        }
        FakeCaptioner captioner =
                new FakeCaptioner(new ModelIdentity(release.model(), release.version(), release.digest()));
        loaded.add(captioner);
        return captioner;
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private String serving() {
        try (LiveModel.Lease lease = live.acquire()) {
            return lease.captioner().identity().version();
        }
    }

    static ModelIdentity identity(int version) {
        return new ModelIdentity("model", "v" + version, digest(version));
    }

    static Release release(int version) {
        return new Release("model", "v" + version, URI.create("file:///bundles/" + version), digest(version));
    }

    private static String digest(int version) {
        return "%064x".formatted(version);
    }

    private final class Events implements SwapListener {
        @Override
        public void onSwapped(Release release, @Nullable ModelIdentity before, Duration took) {
            events.add("swapped %s to %s".formatted(before == null ? "nothing" : before.version(), release.version()));
        }

        @Override
        public void onFailed(Release release, Exception failure, boolean lasting) {
            events.add("%s failed %s".formatted(release.version(), lasting ? "for good" : "for now"));
        }
    }
}
