package io.captionstream.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captionstream.model.DecodingOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InputBufferTest {
    private static final int IMAGE = FakeCaptioner.INPUT.bytes();

    private final List<Integer> allocated = new ArrayList<>();
    private int most = Integer.MAX_VALUE;
    private final InputBuffer buffer = new InputBuffer(bytes -> {
        if (bytes > most) {
            throw new OutOfMemoryError("no " + bytes);
        }
        allocated.add(bytes);
        return ByteBuffer.allocateDirect(bytes);
    });

    @Test
    void shouldBeUsedAgainByBatchesThatAreNotLarger() {
        ByteBuffer first = buffer.fill(images(4), IMAGE, 4);
        ByteBuffer second = buffer.fill(images(1), IMAGE, 2);

        assertThat(second).isSameAs(first);
        assertThat(second.remaining()).isEqualTo(2 * IMAGE);
        assertThat(second.getInt(0)).isEqualTo(1);
        assertThat(second.getInt(IMAGE)).as("blank").isZero();
        assertThat(allocated).containsExactly(4 * IMAGE);
    }

    @Test
    void shouldGrow() {
        buffer.fill(images(1), IMAGE, 1);
        buffer.fill(images(3), IMAGE, 4);

        assertThat(allocated).containsExactly(IMAGE, 4 * IMAGE);
    }

    @Test
    void shouldBeSmallerAfterMemoryRanOut() {
        buffer.fill(images(2), IMAGE, 2);
        most = 3 * IMAGE;
        assertThatThrownBy(() -> buffer.fill(images(4), IMAGE, 4)).isInstanceOf(OutOfMemoryError.class);

        assertThat(buffer.fill(images(1), IMAGE, 1).capacity()).isEqualTo(IMAGE);

        buffer.release();
        buffer.fill(images(2), IMAGE, 2);
        assertThat(allocated).containsExactly(2 * IMAGE, IMAGE, 2 * IMAGE);
    }

    private static List<PendingImage> images(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(id -> new PendingImage(
                        id,
                        0,
                        FakeCaptioner.pixels(id),
                        FakeCaptioner.INPUT,
                        new DecodingOptions(1, 20, 0),
                        0,
                        new CompletableFuture<>()))
                .toList();
    }
}
