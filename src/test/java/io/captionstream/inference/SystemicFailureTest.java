package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A batcher whose model, device or process fails, rather than an image. */
class SystemicFailureTest {
    private static final DecodingOptions OPTIONS = new DecodingOptions(3, 20, 0);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final BatcherConfig CONFIG = new BatcherConfig(
            4,
            Duration.ZERO,
            List.of(1, 2, 4),
            new BreakerConfig(new DecodingOptions(1, 20, 0), PAUSE, Duration.ofSeconds(1)));

    private final ManualTicker ticker = new ManualTicker();
    private final FakeCaptioner captioner = new FakeCaptioner("fake", "1");
    private final LiveModel model = new LiveModel(captioner);

    @Test
    void shouldBlameNoImageWhenTheModelFailsOnAll() {
        captioner.failingIf(call -> true);
        try (Batcher batcher = new Batcher(model, CONFIG, ticker, BatcherListener.NONE)) {
            List<CompletableFuture<Inference>> futures = submit(batcher, 50);

            futures.forEach(future -> assertFailed(future, Code.UNAVAILABLE));
        }
    }

    @Test
    void shouldHalveWhenMemoryRunsOutBeforeTheModelRuns() throws Exception {
        BatcherListener exhausted = new BatcherListener() {
            @Override
            public BatchTrace running(ModelIdentity identity, int images, int paddedSize) {
                if (images > 1) {
                    throw new OutOfMemoryError("no room for " + images);
                }
                return BatchTrace.NONE;
            }
        };
        try (Batcher batcher = new Batcher(model, CONFIG, ticker, exhausted)) {
            for (CompletableFuture<Inference> future : submit(batcher, 4)) {
                assertThat(future.get(30, TimeUnit.SECONDS).batchSize()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldGoOnAfterAnErrorOutsideOfTheModel() throws Exception {
        AtomicInteger batches = new AtomicInteger();
        BatcherListener exhausted = new BatcherListener() {
            @Override
            public void batchClosed(CloseReason reason, int images, int pending) {
                if (batches.getAndIncrement() == 0) {
                    throw new OutOfMemoryError("Java heap space");
                }
            }
        };
        try (Batcher batcher = new Batcher(model, CONFIG, ticker, exhausted)) {
            assertFailed(batcher.submit(FakeCaptioner.pixels(1), OPTIONS), Code.UNAVAILABLE);
            assertThat(batcher.unavailable())
                    .hasValueSatisfying(text -> assertThat(text).contains("Java heap space"));

            ticker.advance(PAUSE);
            await().until(() -> batcher.unavailable().isEmpty());
            assertThat(batcher.submit(FakeCaptioner.pixels(2), OPTIONS).get(30, TimeUnit.SECONDS))
                    .isNotNull();
        }
    }

    @Test
    void shouldBlameTheOneImageThatTheModelFailsOn() throws Exception {
        captioner.failingOn(13);
        try (Batcher batcher = new Batcher(model, CONFIG, ticker, BatcherListener.NONE)) {
            List<CompletableFuture<Inference>> futures = submit(batcher, 50);

            for (int id = 1; id <= 50; id++) {
                if (id == 13) {
                    assertFailed(futures.get(id - 1), Code.MODEL_FAILURE);
                } else {
                    assertThat(futures.get(id - 1).get(30, TimeUnit.SECONDS)).isNotNull();
                }
            }
            assertThat(batcher.unavailable()).isEmpty();
        }
    }

    @Test
    void shouldFailAtOnceWhatIsSubmittedUntilTheModelWorksAgain() throws Exception {
        Semaphore gate = captioner.gate();
        captioner.failingIf(call -> true);
        try (Batcher batcher = new Batcher(model, CONFIG, ticker, BatcherListener.NONE)) {
            CompletableFuture<Inference> running = batcher.submit(FakeCaptioner.pixels(1), OPTIONS);
            await().until(gate::hasQueuedThreads);
            CompletableFuture<Inference> waiting = batcher.submit(FakeCaptioner.pixels(2), OPTIONS);
            gate.release(100);
            assertFailed(running, Code.UNAVAILABLE);
            assertFailed(waiting, Code.UNAVAILABLE);

            CompletableFuture<Inference> refused = batcher.submit(FakeCaptioner.pixels(3), OPTIONS);
            assertThat(refused).isCompletedExceptionally();
            assertFailed(refused, Code.UNAVAILABLE);
            assertThat(batcher.pending()).isZero();
            assertThat(batcher.unavailable())
                    .hasValueSatisfying(text -> assertThat(text).contains("unavailable since ", "poison"));

            captioner.failingIf(call -> false);
            ticker.advance(PAUSE);
            await().until(() -> batcher.unavailable().isEmpty());

            assertThat(batcher.submit(FakeCaptioner.pixels(4), OPTIONS).get(30, TimeUnit.SECONDS))
                    .isNotNull();
        }
    }

    @Test
    void shouldTryTheKnownGoodImageAfterEachPauseAndNotBefore() {
        captioner.failingIf(call -> !captioner.checks().isEmpty());
        try (Batcher batcher = new Batcher(model, CONFIG, ticker, BatcherListener.NONE)) {
            assertThat(batcher.submit(FakeCaptioner.pixels(1), OPTIONS)).succeedsWithin(LIMIT);
            await().until(() -> captioner.checks().size() == 1);
            // The first image of this version is known to be good now: the generated one failed.
            assertFailed(batcher.submit(FakeCaptioner.pixels(2), OPTIONS), Code.UNAVAILABLE);
            int runs = captioner.calls().size();

            ticker.advance(PAUSE.minusNanos(1));
            assertThat(batcher.submit(FakeCaptioner.pixels(3), OPTIONS)).isCompletedExceptionally();
            ticker.advance(Duration.ofNanos(1));

            await().until(() -> captioner.calls().size() == runs + 1);
            assertThat(captioner.calls().get(runs).ids()).containsExactly(1);
            assertThat(batcher.unavailable()).isPresent();
        }
    }

    @Test
    void shouldLeaveNothingWaitingAndSayThatItIsBrokenWhenItsThreadEnds() {
        AtomicBoolean exhausted = new AtomicBoolean();
        Ticker failing = new Ticker() {
            @Override
            public long read() {
                if (exhausted.get() && Thread.currentThread().getName().startsWith("inference-")) {
                    throw new OutOfMemoryError("Java heap space");
                }
                return ticker.read();
            }
        };
        Semaphore gate = captioner.gate();
        try (Batcher batcher = new Batcher(model, CONFIG, failing, BatcherListener.NONE)) {
            CompletableFuture<Inference> running = batcher.submit(FakeCaptioner.pixels(1), OPTIONS);
            await().until(gate::hasQueuedThreads);
            CompletableFuture<Inference> waiting = batcher.submit(FakeCaptioner.pixels(2), OPTIONS);
            assertThat(batcher.isBroken()).isFalse();
            exhausted.set(true);
            gate.release(100);

            assertFailed(running, Code.UNAVAILABLE);
            assertFailed(waiting, Code.UNAVAILABLE);
            assertThat(batcher.isBroken()).isTrue();
            assertThat(batcher.unavailable()).isPresent();
            CompletableFuture<Inference> late = batcher.submit(FakeCaptioner.pixels(3), OPTIONS);
            assertThat(late).isCompletedExceptionally();
            assertFailed(late, Code.UNAVAILABLE);
        }
    }

    @Test
    void shouldAnswerEveryImageOnceWhileTheModelComesAndGoes() throws Exception {
        int submitters = 8;
        int perSubmitter = 400;
        AtomicBoolean away = new AtomicBoolean();
        captioner.failingIf(call -> away.get() || call.ids().stream().anyMatch(SystemicFailureTest::isPoison));
        BreakerConfig breaker = new BreakerConfig(OPTIONS, Duration.ofNanos(1), Duration.ofMillis(2));
        BatcherConfig config = new BatcherConfig(8, Duration.ofMillis(1), List.of(1, 2, 4, 8), breaker);
        AtomicInteger answers = new AtomicInteger();
        AtomicInteger refusals = new AtomicInteger();
        Map<Integer, String> wrong = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(submitters);
        AtomicBoolean done = new AtomicBoolean();
        Thread comingAndGoing = new Thread(() -> {
            Random random = new Random(1);
            while (!done.get()) {
                away.set(!away.get());
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
            away.set(false);
        });
        comingAndGoing.start();
        try (Batcher batcher = new Batcher(model, config, Ticker.systemTicker(), BatcherListener.NONE)) {
            List<Future<?>> tasks = new ArrayList<>();
            for (int submitter = 0; submitter < submitters; submitter++) {
                int first = submitter * perSubmitter + 1;
                tasks.add(threads.submit(() -> {
                    for (int id = first; id < first + perSubmitter; id++) {
                        int image = id;
                        boolean answered = false;
                        while (!answered) {
                            AtomicInteger completions = new AtomicInteger();
                            // What depends on the answer is done after those who wait for it are woken.
                            CompletableFuture<Inference> future = batcher.submit(FakeCaptioner.pixels(id), OPTIONS)
                                    .whenComplete((inference, failure) -> completions.incrementAndGet());
                            answered = answered(image, future, wrong);
                            (answered ? answers : refusals).incrementAndGet();
                            if (completions.get() != 1) {
                                wrong.put(image, completions + " completions");
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> task : tasks) {
                task.get(120, TimeUnit.SECONDS);
            }
            done.set(true);
            comingAndGoing.join();
            await().until(() -> batcher.unavailable().isEmpty());
            assertThat(batcher.pending()).isZero();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }

        assertThat(wrong).isEmpty();
        assertThat(answers).hasValue(submitters * perSubmitter);
        assertThat(refusals).as("times that the model was away").hasPositiveValue();
    }

    private static boolean isPoison(int id) {
        return id % 97 == 5;
    }

    /** Whether the image was captioned or blamed, rather than refused. */
    private static boolean answered(int id, CompletableFuture<Inference> future, Map<Integer, String> wrong)
            throws Exception {
        try {
            String caption =
                    future.get(60, TimeUnit.SECONDS).alternatives().get(0).text();
            if (isPoison(id) || !caption.equals(FakeCaptioner.captionOf(id, OPTIONS, "1"))) {
                wrong.put(id, caption);
            }
            return true;
        } catch (ExecutionException e) {
            return ((InferenceException) e.getCause()).code() != Code.UNAVAILABLE;
        }
    }

    private static List<CompletableFuture<Inference>> submit(Batcher batcher, int images) {
        List<CompletableFuture<Inference>> futures = new ArrayList<>();
        for (int id = 1; id <= images; id++) {
            futures.add(batcher.submit(FakeCaptioner.pixels(id), OPTIONS));
        }
        return futures;
    }

    private static void assertFailed(CompletableFuture<Inference> future, Code code) {
        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
