package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.captionstream.model.DecodingOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BatchQueueTest {
    private static final DecodingOptions GREEDY = new DecodingOptions(1, 20, 0);
    private static final DecodingOptions BEAMS = new DecodingOptions(3, 20, 0);

    private final BatchQueue queue = new BatchQueue(Duration.ofNanos(100));
    private long number;

    @Test
    void shouldCloseAFullBatchAtOnce() {
        for (int i = 0; i < 5; i++) {
            add(GREEDY, 0);
        }

        Batch batch = queue.poll(0, 4);

        assertThat(batch).isNotNull();
        assertThat(batch.reason()).isEqualTo(CloseReason.FULL);
        assertThat(numbers(batch)).containsExactly(0L, 1L, 2L, 3L);
        assertThat(queue.poll(0, 4)).isNull();
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void shouldCountTheLingerFromTheSubmissionOfTheOldest() {
        add(GREEDY, 10);
        add(GREEDY, 90);

        assertThat(queue.nanosUntilNext(30)).isEqualTo(80);
        assertThat(queue.poll(109, 4)).isNull();
        Batch batch = queue.poll(110, 4);

        assertThat(batch).isNotNull();
        assertThat(batch.reason()).isEqualTo(CloseReason.LINGER);
        assertThat(numbers(batch)).containsExactly(0L, 1L);
        assertThat(queue.nanosUntilNext(110)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldNotMixOptions() {
        add(GREEDY, 0);
        add(BEAMS, 0);
        add(GREEDY, 0);

        Batch first = queue.poll(100, 4);
        Batch second = queue.poll(100, 4);

        assertThat(first).isNotNull();
        assertThat(first.options()).isEqualTo(GREEDY);
        assertThat(numbers(first)).containsExactly(0L, 2L);
        assertThat(second).isNotNull();
        assertThat(second.options()).isEqualTo(BEAMS);
        assertThat(numbers(second)).containsExactly(1L);
    }

    @Test
    void shouldServeTheOldestGroupBeforeAFullOne() {
        add(BEAMS, 0);
        for (int i = 0; i < 4; i++) {
            add(GREEDY, 50);
        }

        Batch early = queue.poll(60, 4);
        assertThat(early).isNotNull();
        assertThat(early.options()).isEqualTo(GREEDY);

        for (int i = 0; i < 4; i++) {
            add(GREEDY, 70);
        }
        Batch late = queue.poll(100, 4);
        assertThat(late).isNotNull();
        assertThat(late.options()).isEqualTo(BEAMS);
    }

    @Test
    void shouldDrainOnlyWhatWasThere() {
        add(GREEDY, 0);
        queue.drain(number);
        add(BEAMS, 0);

        Batch batch = queue.poll(1, 4);

        assertThat(batch).isNotNull();
        assertThat(batch.reason()).isEqualTo(CloseReason.DRAIN);
        assertThat(batch.options()).isEqualTo(GREEDY);
        assertThat(queue.poll(1, 4)).isNull();
    }

    @Test
    void shouldForgetCancelledImages() {
        PendingImage cancelled = add(GREEDY, 0);
        add(GREEDY, 50);
        cancelled.future().cancel(false);

        assertThat(queue.poll(100, 4)).isNull();
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.nanosUntilNext(100)).isEqualTo(50);
    }

    private PendingImage add(DecodingOptions options, long submitted) {
        PendingImage image = new PendingImage(
                number++,
                submitted,
                FakeCaptioner.pixels(1),
                FakeCaptioner.INPUT,
                options,
                0,
                new CompletableFuture<>());
        queue.add(image);
        return image;
    }

    private static List<Long> numbers(Batch batch) {
        return batch.images().stream().map(PendingImage::number).toList();
    }
}
