package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LiveModelTest {
    @Test
    void shouldKeepASwappedOutCaptionerOpenUntilItsLastLeaseCloses() {
        CountingCaptioner first = new CountingCaptioner("1");
        CountingCaptioner second = new CountingCaptioner("2");
        LiveModel model = new LiveModel(first);
        LiveModel.Lease one = model.acquire();
        LiveModel.Lease two = model.acquire();

        model.swap(second);

        assertThat(one.captioner()).isSameAs(first);
        try (LiveModel.Lease three = model.acquire()) {
            assertThat(three.captioner()).isSameAs(second);
        }
        one.close();
        one.close();
        assertThat(first.closes).hasValue(0);
        two.close();
        assertThat(first.closes).hasValue(1);
        assertThat(second.closes).hasValue(0);
    }

    @Test
    void shouldCloseAnIdleCaptionerAtOnceWhenSwappedOut() {
        CountingCaptioner first = new CountingCaptioner("1");
        LiveModel model = new LiveModel(first);

        model.swap(new CountingCaptioner("2"));

        assertThat(first.closes).hasValue(1);
    }

    @Test
    void shouldLeaveTheClosingToAnother() {
        List<Runnable> closing = new ArrayList<>();
        CountingCaptioner first = new CountingCaptioner("1");
        LiveModel model = new LiveModel(first, closing::add);

        model.swap(new CountingCaptioner("2"));
        assertThat(first.closes).hasValue(0);

        assertThat(closing).hasSize(1);
        closing.get(0).run();
        assertThat(first.closes).hasValue(1);
    }

    @Test
    void shouldCloseOnceAndLendNothingMore() {
        CountingCaptioner captioner = new CountingCaptioner("1");
        LiveModel model = new LiveModel(captioner);

        model.close();
        model.close();

        assertThat(captioner.closes).hasValue(1);
        assertThatThrownBy(model::acquire).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> model.swap(captioner)).isInstanceOf(IllegalStateException.class);
    }

    private static final class CountingCaptioner implements Captioner {
        private final String version;
        private final AtomicInteger closes = new AtomicInteger();

        private CountingCaptioner(String version) {
            this.version = version;
        }

        @Override
        public ModelIdentity identity() {
            return new ModelIdentity("counting", version, "0");
        }

        @Override
        public InputSpec input() {
            return new InputSpec(1, 1, "stretch");
        }

        @Override
        public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            closes.incrementAndGet();
        }
    }
}
