package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.inference.Breaker.State;
import io.captionstream.inference.FakeCaptioner.Call;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.model.InputSpec;
import io.captionstream.model.LiveModel;
import io.captionstream.model.ModelIdentity;
import io.captionstream.model.Refinement;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchRunnerTest {
    private static final DecodingOptions OPTIONS = new DecodingOptions(3, 20, 0);

    private final ManualTicker ticker = new ManualTicker();
    private final FakeCaptioner captioner = new FakeCaptioner("fake", "1");
    private final LiveModel model = new LiveModel(captioner);
    private final List<String> events = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();
    private final BatcherConfig config = BatcherConfig.defaults();
    private final Breaker breaker = new Breaker("fake", config.breaker(), ticker, Clock.systemUTC());
    private int directBytes = Integer.MAX_VALUE;
    private final InputBuffer buffer = new InputBuffer(this::allocate);
    private final BatchRunner runner = new BatchRunner(model, config, ticker, new RecordingListener(), breaker, buffer);

    private final class RecordingListener implements BatcherListener {
        @Override
        public BatchTrace running(ModelIdentity identity, int images, int paddedSize) {
            String run = "%s: %d of %d".formatted(identity.version(), images, paddedSize);
            return new Run(run, runs);
        }

        @Override
        public void bisected(int images, Code code) {
            events.add("bisected " + images);
        }

        @Override
        public void failed(Code code) {
            events.add("failed " + code);
        }

        @Override
        public void batchSizeLowered(int maxBatchSize) {
            events.add("lowered " + maxBatchSize);
        }
    }

    private ByteBuffer allocate(int bytes) {
        if (bytes > directBytes) {
            throw new OutOfMemoryError("Cannot reserve %d bytes of direct buffer memory".formatted(bytes));
        }
        return ByteBuffer.allocateDirect(bytes);
    }

    private record Run(String name, List<String> runs) implements BatchTrace {
        @Override
        public void ended(@Nullable Throwable failure) {
            runs.add(name + (failure == null ? "" : " failed"));
        }
    }

    @Test
    void shouldTellOfEachRunAndInWhichAnImageWas() throws Exception {
        captioner.failingOn(3);
        List<PendingImage> images = images(3);

        runner.run(batch(images));

        assertThat(runs).containsExactly("1: 3 of 4 failed", "1: 2 of 2", "1: 1 of 1 failed");
        assertThat(images.get(0).future().get().run()).isEqualTo(new Run("1: 2 of 2", runs));
    }

    @Test
    void shouldPadToAnAllowedSizeAndDropThePadding() throws Exception {
        List<PendingImage> images = images(5);

        runner.run(batch(images));

        assertThat(captioner.calls()).containsExactly(new Call(List.of(1, 2, 3, 4, 5, 0, 0, 0), OPTIONS));
        for (int i = 0; i < 5; i++) {
            Inference inference = images.get(i).future().get();
            assertThat(inference.alternatives().get(0).text()).isEqualTo(FakeCaptioner.captionOf(i + 1, OPTIONS, "1"));
            assertThat(inference.batchSize()).isEqualTo(5);
            assertThat(inference.model()).isEqualTo(captioner.identity());
        }
    }

    @Test
    void shouldCaptionThe31NeighboursOfAPoisonImage() {
        captioner.failingOn(13);
        List<PendingImage> images = images(32);

        runner.run(batch(images));

        for (PendingImage image : images) {
            if (image.number() == 13) {
                assertFailed(image, Code.MODEL_FAILURE);
            } else {
                assertThat(image.future()).isCompletedWithValueMatching(inference -> inference
                        .alternatives()
                        .get(0)
                        .text()
                        .equals(FakeCaptioner.captionOf((int) image.number(), OPTIONS, "1")));
            }
        }
        assertThat(events)
                .containsExactly(
                        "bisected 32", "bisected 16", "bisected 8", "bisected 4", "bisected 2", "failed MODEL_FAILURE");
        assertThat(captioner.calls()).hasSize(11);
    }

    @Test
    void shouldNotLeaveThePoisonInThePaddingOfItsNeighbours() {
        captioner.failingOn(3);
        List<PendingImage> images = images(3);

        runner.run(batch(images));
        List<PendingImage> neighbours = images(2);
        runner.run(batch(List.of(neighbours.get(0))));

        assertThat(images.get(0).future()).isCompleted();
        assertThat(images.get(1).future()).isCompleted();
        assertFailed(images.get(2), Code.MODEL_FAILURE);
        assertThat(neighbours.get(0).future()).isCompleted();
    }

    @Test
    void shouldFailAWholeBatchAtOnceWhoseOptionsTheModelLacks() {
        captioner.lacking(OPTIONS);
        List<PendingImage> images = images(8);

        runner.run(batch(images));

        assertThat(captioner.calls()).hasSize(1);
        assertThat(images).allSatisfy(image -> assertFailed(image, Code.UNSUPPORTED_OPTIONS));
    }

    @Test
    void shouldKeepEachImagesSeedThroughHalving() {
        DecodingOptions drawn = OPTIONS.with(new Refinement(0, 0, 1, 0, false, 1, 0));
        captioner.failingOn(6);
        List<PendingImage> images = IntStream.rangeClosed(1, 8)
                .mapToObj(id -> new PendingImage(
                        id,
                        0,
                        FakeCaptioner.pixels(id),
                        FakeCaptioner.INPUT,
                        drawn,
                        1000L + id,
                        new CompletableFuture<>()))
                .toList();

        runner.run(new Batch(drawn, images, CloseReason.FULL));

        assertThat(images).filteredOn(image -> image.number() != 6).allSatisfy(image -> assertThat(image.future())
                .isCompletedWithValueMatching(inference -> inference
                        .alternatives()
                        .get(0)
                        .text()
                        .equals(FakeCaptioner.captionOf((int) image.number(), drawn, "1", 1000 + image.number()))));
        assertFailed(images.get(5), Code.MODEL_FAILURE);
    }

    @Test
    void shouldFindManyPoisonImages() {
        captioner.failingIf(call -> call.ids().stream().anyMatch(id -> id % 3 == 1));
        List<PendingImage> images = images(32);

        runner.run(batch(images));

        for (PendingImage image : images) {
            assertThat(image.future().isCompletedExceptionally()).isEqualTo(image.number() % 3 == 1);
            assertThat(image.future()).isDone();
        }
    }

    @Test
    void shouldHalveBatchesThatDoNotFitInMemory() {
        captioner.fitting(8);
        List<PendingImage> images = images(32);

        runner.run(batch(images));

        assertThat(images).allSatisfy(image -> assertThat(image.future()).isCompleted());
        assertThat(captioner.calls()).extracting(call -> call.ids().size()).containsExactly(32, 16, 8, 8, 8, 8);
        assertThat(runner.maxBatchSize()).isEqualTo(8);
    }

    @Test
    void shouldTryLargerBatchesAgainAfterAWhile() {
        captioner.fitting(8);
        runner.run(batch(images(32)));
        captioner.fitting(32);

        ticker.advance(Duration.ofSeconds(59));
        assertThat(runner.maxBatchSize()).isEqualTo(8);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(runner.maxBatchSize()).isEqualTo(16);
        ticker.advance(Duration.ofMinutes(5));
        assertThat(runner.maxBatchSize()).isEqualTo(32);
    }

    @Test
    void shouldFailAnImageThatDoesNotFitAlone() {
        captioner.exhaustedBy(call -> call.ids().contains(2));
        List<PendingImage> images = images(3);

        runner.run(batch(images));

        assertThat(images.get(0).future()).isCompleted();
        assertFailed(images.get(1), Code.OUT_OF_MEMORY);
        assertThat(images.get(2).future()).isCompleted();
        assertThat(runner.maxBatchSize()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldHalveBatchesThatDirectMemoryHasNoRoomFor() {
        directBytes = 8 * FakeCaptioner.INPUT.bytes();
        List<PendingImage> images = images(32);

        runner.run(batch(images));

        assertThat(images).allSatisfy(image -> assertThat(image.future()).isCompleted());
        assertThat(captioner.calls()).extracting(call -> call.ids().size()).containsExactly(8, 8, 8, 8);
        assertThat(events).containsExactly("lowered 16", "bisected 32", "lowered 8", "bisected 16");
        assertThat(runner.maxBatchSize()).isEqualTo(8);
    }

    @Test
    void shouldBlameNoImageWhenDirectMemoryHasNoRoomForOne() {
        directBytes = 0;
        List<PendingImage> images = images(4);

        runner.run(batch(images));

        images.forEach(image -> assertFailed(image, Code.UNAVAILABLE));
        assertThat(captioner.calls()).isEmpty();
        assertThat(breaker.state()).isEqualTo(State.OPEN);

        directBytes = Integer.MAX_VALUE;
        runner.check();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldTryAgainOnlyTheImagesThatHaveNoAnswerYet() {
        List<PendingImage> images = images(4);
        captioner.failingIf(call -> {
            images.get(0).future().cancel(false);
            return call.ids().size() == 4;
        });

        runner.run(batch(images));

        assertThat(captioner.calls())
                .extracting(Call::ids)
                .containsExactly(List.of(1, 2, 3, 4), List.of(2, 3), List.of(4));
    }

    @Test
    void shouldBlameNoImageWhenTheModelFailsOnAllAndTryOnlyAFew() {
        runner.run(batch(images(1)));
        captioner.calls().clear();
        captioner.checks().clear();
        captioner.failingIf(call -> true);
        List<PendingImage> images = images(32);

        runner.run(batch(images));

        images.forEach(image -> assertFailed(image, Code.UNAVAILABLE));
        assertThat(captioner.calls()).extracting(call -> call.ids().size()).containsExactly(32, 16, 8, 4, 2, 1);
        assertThat(captioner.checks()).hasSize(1);
        assertThat(breaker.unavailable())
                .hasValueSatisfying(text ->
                        assertThat(text).startsWith("unavailable since ").contains("poison"));
    }

    @Test
    void shouldBlameNoImageWhenTheModelBreaksWithinABatch() {
        captioner.failingIf(call -> call.ids().contains(2) || captioner.calls().size() > 5);
        List<PendingImage> images = images(8);

        runner.run(batch(images));

        assertThat(captioner.calls()).extracting(Call::ids).startsWith(List.of(1, 2, 3, 4, 5, 6, 7, 8));
        assertThat(images.get(0).future()).isCompleted();
        assertFailed(images.get(1), Code.MODEL_FAILURE);
        assertThat(images.subList(2, 8)).allSatisfy(image -> assertFailed(image, Code.UNAVAILABLE));
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void shouldTryTheKnownGoodImageTwiceAtMostForAllImagesOfABatch() {
        runner.run(batch(images(1)));
        captioner.checks().clear();
        captioner.failingIf(call -> call.ids().get(0) != FakeCaptioner.knownGoodId(FakeCaptioner.INPUT));
        List<PendingImage> images = images(32);

        runner.run(batch(images));

        images.forEach(image -> assertFailed(image, Code.MODEL_FAILURE));
        assertThat(captioner.checks()).hasSize(2);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldTakeACaptionOfTheSameBatchForAProofThatTheModelWorks() {
        runner.run(batch(images(1)));
        captioner.checks().clear();
        captioner.failingIf(call -> call.ids().contains(1) || call.ids().contains(3));
        List<PendingImage> images = images(4);

        runner.run(batch(images));

        assertFailed(images.get(0), Code.MODEL_FAILURE);
        assertFailed(images.get(2), Code.MODEL_FAILURE);
        assertThat(images.get(3).future()).isCompleted();
        assertThat(captioner.checks()).as("of the first only").hasSize(1);
    }

    @Test
    void shouldTakeTheFirstImageOfAVersionThatFailsOnTheGeneratedOne() {
        int generated = FakeCaptioner.knownGoodId(FakeCaptioner.INPUT);
        captioner.failingIf(call -> call.ids().contains(generated) || call.ids().contains(7));
        runner.run(batch(images(1)));
        List<PendingImage> images = images(8);

        runner.run(batch(images));

        assertFailed(images.get(6), Code.MODEL_FAILURE);
        assertThat(images).filteredOn(image -> image.number() != 7).allSatisfy(image -> assertThat(image.future())
                .isCompleted());
        assertThat(captioner.checks()).as("of the generated one").hasSize(1);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldFindOutByImagesWhetherAVersionWorksThatNeverCaptionedOne() {
        int generated = FakeCaptioner.knownGoodId(FakeCaptioner.INPUT);
        captioner.failingIf(call -> call.ids().contains(generated) || call.ids().contains(1));
        List<PendingImage> poison = images(1);
        runner.run(batch(poison));
        assertFailed(poison.get(0), Code.UNAVAILABLE);
        assertThat(breaker.state()).isEqualTo(State.OPEN);

        runner.check();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.unavailable()).isPresent();
        List<PendingImage> images = images(2);
        runner.run(batch(images));

        assertThat(images.get(1).future()).isCompleted();
        assertFailed(images.get(0), Code.MODEL_FAILURE);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.unavailable()).isEmpty();
    }

    @Test
    void shouldJudgeTheNextVersionByItself() {
        runner.run(batch(images(1)));
        captioner.failingIf(call -> true);
        runner.run(batch(images(1)));
        runner.check();
        assertThat(breaker.state()).isEqualTo(State.OPEN);

        model.swap(new FakeCaptioner("fake", "2"));
        runner.check();

        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldStayOpenWhenTheModelIsClosed() {
        captioner.failingIf(call -> true);
        runner.run(batch(images(1)));
        model.close();

        runner.check();

        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void shouldStayOnOneVersionThroughRetries() throws Exception {
        FakeCaptioner next = new FakeCaptioner("fake", "2");
        captioner.failingIf(call -> {
            if (captioner.calls().size() == 1) {
                model.swap(next);
            }
            return call.ids().contains(7);
        });
        List<PendingImage> images = images(8);

        runner.run(batch(images));

        for (PendingImage image : images.subList(0, 6)) {
            assertThat(image.future().get().model().version()).isEqualTo("1");
        }
        assertThat(images.get(7).future().get().model().version()).isEqualTo("1");
        assertThat(next.calls()).isEmpty();
        assertThat(captioner.isClosed()).isTrue();
        assertThat(next.isClosed()).isFalse();
    }

    @Test
    void shouldSendBackImagesPreparedForAnotherInput() {
        model.swap(new FakeCaptioner("fake", "2", new InputSpec(2, 2, "stretch")));
        List<PendingImage> images = images(2);

        runner.run(batch(images));

        assertThatThrownBy(() -> images.get(0).future().get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(StaleInputException.class, e -> assertThat(e.expected())
                        .isEqualTo(new InputSpec(2, 2, "stretch")));
    }

    @Test
    void shouldFailWithClosedWhenTheModelIs() {
        model.close();
        List<PendingImage> images = images(2);

        runner.run(batch(images));

        images.forEach(image -> assertFailed(image, Code.CLOSED));
    }

    private static Batch batch(List<PendingImage> images) {
        return new Batch(OPTIONS, images, CloseReason.FULL);
    }

    /** Images with ids and numbers from 1. */
    private static List<PendingImage> images(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(id -> new PendingImage(
                        id, 0, FakeCaptioner.pixels(id), FakeCaptioner.INPUT, OPTIONS, 0, new CompletableFuture<>()))
                .toList();
    }

    private static void assertFailed(PendingImage image, Code code) {
        assertThatThrownBy(() -> image.future().get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
