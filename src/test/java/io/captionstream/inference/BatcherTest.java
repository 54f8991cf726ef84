package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.LiveModel;
import io.captionstream.model.Refinement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BatcherTest {
    private static final DecodingOptions OPTIONS = new DecodingOptions(3, 20, 0);
    private static final BatcherConfig CONFIG = new BatcherConfig(4, Duration.ofMillis(20), List.of(1, 2, 4));

    private final ManualTicker ticker = new ManualTicker();
    private final FakeCaptioner captioner = new FakeCaptioner("fake", "1");
    private final List<CloseReason> reasons = new CopyOnWriteArrayList<>();
    private final BatcherListener listener = new BatcherListener() {
        @Override
        public void batchClosed(CloseReason reason, int images, int pending) {
            reasons.add(reason);
        }
    };

    @Test
    void shouldCaptionAFullBatchWithoutTimePassing() throws Exception {
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            List<CompletableFuture<Inference>> futures = new ArrayList<>();
            for (int id = 1; id <= 4; id++) {
                futures.add(batcher.submit(FakeCaptioner.pixels(id), OPTIONS));
            }
            for (int id = 1; id <= 4; id++) {
                assertThat(futures.get(id - 1)
                                .get(30, TimeUnit.SECONDS)
                                .alternatives()
                                .get(0)
                                .text())
                        .isEqualTo(FakeCaptioner.captionOf(id, OPTIONS, "1"));
            }
            assertThat(reasons).containsExactly(CloseReason.FULL);
        }
    }

    @Test
    void shouldCaptionALoneImageOnceItsLingerIsOver() throws Exception {
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            CompletableFuture<Inference> future = batcher.submit(FakeCaptioner.pixels(1), OPTIONS);
            ticker.advance(Duration.ofMillis(20));

            Inference inference = future.get(30, TimeUnit.SECONDS);

            assertThat(inference.queueTime()).isEqualTo(Duration.ofMillis(20));
            assertThat(inference.batchSize()).isEqualTo(1);
            assertThat(reasons).containsExactly(CloseReason.LINGER);
        }
    }

    @Test
    void shouldSayForHowLongTheModelHasBeenAtABatch() throws Exception {
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            Semaphore gate = captioner.gate();
            assertThat(batcher.busy()).isZero();

            CompletableFuture<Inference> future = batcher.submit(FakeCaptioner.pixels(1), OPTIONS);
            batcher.drain();
            await().until(gate::hasQueuedThreads);
            ticker.advance(Duration.ofMinutes(6));

            assertThat(batcher.busy()).isEqualTo(Duration.ofMinutes(6));
            gate.release();
            future.get(30, TimeUnit.SECONDS);
            await().until(() -> batcher.busy().isZero());
        }
    }

    @Test
    void shouldDrainWithoutTimePassing() throws Exception {
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            CompletableFuture<Inference> future = batcher.submit(FakeCaptioner.pixels(1), OPTIONS);

            batcher.drain();

            future.get(30, TimeUnit.SECONDS);
            assertThat(reasons).containsExactly(CloseReason.DRAIN);
        }
    }

    @Test
    void shouldNotCountTheTimeOfARunningBatchTwice() throws Exception {
        Semaphore gate = captioner.gate();
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            List<CompletableFuture<Inference>> running = new ArrayList<>();
            for (int id = 1; id <= 4; id++) {
                running.add(batcher.submit(FakeCaptioner.pixels(id), OPTIONS));
            }
            await().until(() -> captioner.calls().size() == 1);
            CompletableFuture<Inference> late = batcher.submit(FakeCaptioner.pixels(5), OPTIONS);
            ticker.advance(Duration.ofMillis(20));

            gate.release(2);

            assertThat(late.get(30, TimeUnit.SECONDS).queueTime()).isEqualTo(Duration.ofMillis(20));
        }
    }

    @Test
    void shouldFailWhatIsPendingWhenClosed() throws Exception {
        Semaphore gate = captioner.gate();
        LiveModel model = new LiveModel(captioner);
        Batcher batcher = new Batcher(model, CONFIG, ticker, listener);
        List<CompletableFuture<Inference>> running = new ArrayList<>();
        for (int id = 1; id <= 4; id++) {
            running.add(batcher.submit(FakeCaptioner.pixels(id), OPTIONS));
        }
        await().until(() -> captioner.calls().size() == 1);
        CompletableFuture<Inference> pending = batcher.submit(FakeCaptioner.pixels(5), OPTIONS);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(batcher::close);
        await().until(pending::isDone);
        assertThat(closing).isNotDone();
        gate.release();
        closing.get(30, TimeUnit.SECONDS);

        assertClosed(pending);
        assertClosed(batcher.submit(FakeCaptioner.pixels(6), OPTIONS));
        assertThat(running).allSatisfy(future -> assertThat(future).isCompleted());
        model.close();
        assertThat(captioner.isClosed()).isTrue();
    }

    @Test
    void shouldBatchImagesWithDifferentSeedsAndGiveEachItsOwn() throws Exception {
        DecodingOptions drawn = OPTIONS.with(new Refinement(0, 0, 1, 0, false, 0.9, 5));
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            List<CompletableFuture<Inference>> futures = new ArrayList<>();
            for (int id = 1; id <= 4; id++) {
                futures.add(batcher.submit(FakeCaptioner.pixels(id), FakeCaptioner.INPUT, drawn, -100L * id));
            }
            for (int id = 1; id <= 4; id++) {
                Inference inference = futures.get(id - 1).get(30, TimeUnit.SECONDS);
                assertThat(inference.alternatives().get(0).text())
                        .isEqualTo(FakeCaptioner.captionOf(id, drawn, "1", -100L * id));
                assertThat(inference.confidence()).isEqualTo(FakeCaptioner.CONFIDENCE);
                assertThat(inference.precision()).isEqualTo("fp32");
            }
            assertThat(reasons).containsExactly(CloseReason.FULL);
        }
    }

    @Test
    void shouldGoOnAfterAFailure() throws Exception {
        captioner.failingOn(1);
        try (LiveModel model = new LiveModel(captioner);
                Batcher batcher = new Batcher(model, CONFIG, ticker, listener)) {
            CompletableFuture<Inference> poison = batcher.submit(FakeCaptioner.pixels(1), OPTIONS);
            batcher.drain();
            assertThatThrownBy(() -> poison.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);

            CompletableFuture<Inference> next = batcher.submit(FakeCaptioner.pixels(2), OPTIONS);
            batcher.drain();

            assertThat(next.get(30, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void shouldAnswerEveryImageOnceWithItsOwnCaptionUnderLoadFailuresAndSwaps() throws Exception {
        int submitters = 8;
        int perSubmitter = 500;
        AtomicInteger completions = new AtomicInteger();
        AtomicInteger versions = new AtomicInteger(1);
        ConcurrentHashMap<Integer, String> wrong = new ConcurrentHashMap<>();
        List<FakeCaptioner> captioners = new CopyOnWriteArrayList<>();
        LiveModel model = new LiveModel(unreliable(captioners, 1));
        Batcher batcher = new Batcher(
                model,
                new BatcherConfig(16, Duration.ofMillis(1), List.of(1, 2, 4, 8, 16)),
                Ticker.systemTicker(),
                BatcherListener.NONE);
        ExecutorService executor = Executors.newFixedThreadPool(submitters + 1);
        List<Future<?>> tasks = new ArrayList<>();
        List<CompletableFuture<?>> futures = new CopyOnWriteArrayList<>();
        for (int s = 0; s < submitters; s++) {
            int first = s * perSubmitter + 1;
            Random random = new Random(s);
            tasks.add(executor.submit(() -> {
                for (int id = first; id < first + perSubmitter; id++) {
                    DecodingOptions options = new DecodingOptions(1 + random.nextInt(3), 20, 0);
                    int image = id;
                    futures.add(
                            batcher.submit(FakeCaptioner.pixels(id), options).whenComplete((inference, failure) -> {
                                completions.incrementAndGet();
                                check(image, options, inference, failure, wrong);
                            }));
                    if (random.nextInt(20) == 0) {
                        batcher.drain();
                    }
                }
            }));
        }
        tasks.add(executor.submit(() -> {
            for (int submitted = 100; submitted <= submitters * perSubmitter; submitted += 100) {
                while (futures.size() < submitted) {
                    Thread.onSpinWait();
                }
                model.swap(unreliable(captioners, versions.incrementAndGet()));
            }
        }));
        for (Future<?> task : tasks) {
            task.get(60, TimeUnit.SECONDS);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> futures.stream().allMatch(CompletableFuture::isDone));
        batcher.close();
        model.close();
        executor.shutdown();

        assertThat(wrong).isEmpty();
        assertThat(completions).hasValue(submitters * perSubmitter);
        assertThat(captioners).hasSize(versions.get()).allMatch(FakeCaptioner::isClosed);
    }

    private static FakeCaptioner unreliable(List<FakeCaptioner> captioners, int version) {
        FakeCaptioner captioner = new FakeCaptioner("fake", Integer.toString(version))
                .failingIf(call -> call.ids().stream().anyMatch(BatcherTest::isPoison));
        captioners.add(captioner);
        return captioner;
    }

    private static boolean isPoison(int id) {
        return id % 17 == 5;
    }

    private static void check(
            int id,
            DecodingOptions options,
            Inference inference,
            Throwable failure,
            ConcurrentHashMap<Integer, String> wrong) {
        if (isPoison(id)) {
            if (!(failure instanceof InferenceException)) {
                wrong.put(id, "poison was captioned");
            }
        } else if (failure != null) {
            wrong.put(id, failure.toString());
        } else if (!inference
                .alternatives()
                .get(0)
                .text()
                .equals(FakeCaptioner.captionOf(id, options, inference.model().version()))) {
            wrong.put(id, inference.toString());
        }
    }

    private static void assertClosed(CompletableFuture<Inference> future) {
        assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(InferenceException.Code.CLOSED));
    }
}
