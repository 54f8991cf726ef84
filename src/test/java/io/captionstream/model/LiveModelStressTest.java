package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LiveModelStressTest {
    private static final int THREADS = 6;
    private static final int SWAPS = 2000;

    @Test
    void shouldCloseEachCaptionerOnceAndNeverUnderALease() throws Exception {
        Queue<CountingCaptioner> captioners = new ConcurrentLinkedQueue<>();
        LiveModel model = new LiveModel(captioner(captioners));
        AtomicBoolean swapping = new AtomicBoolean(true);
        AtomicInteger leases = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> users = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                users.add(threads.submit(() -> {
                    while (swapping.get()) {
                        try (LiveModel.Lease lease = model.acquire()) {
                            lease.captioner().caption(ByteBuffer.allocateDirect(0), 1, new DecodingOptions(1, 1, 0));
                            Thread.yield();
                            lease.captioner().caption(ByteBuffer.allocateDirect(0), 1, new DecodingOptions(1, 1, 0));
                            leases.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            // At least one lease between swaps now and then, or the threads would only watch.
            for (int swap = 0; swap < SWAPS; swap++) {
                model.swap(captioner(captioners));
                if (swap % 50 == 0) {
                    int seen = leases.get();
                    while (leases.get() == seen && users.stream().noneMatch(Future::isDone)) {
                        Thread.onSpinWait();
                    }
                }
            }
            swapping.set(false);
            for (Future<?> user : users) {
                user.get();
            }
            model.close();
            model.close();
        } finally {
            swapping.set(false);
            threads.shutdownNow();
        }
        assertThat(captioners).hasSize(SWAPS + 1).allSatisfy(captioner -> {
            assertThat(captioner.closed.get()).isEqualTo(1);
            assertThat(captioner.usedAfterClose.get()).isZero();
        });
        assertThat(leases.get()).isGreaterThanOrEqualTo(SWAPS / 50);
    }

    private static CountingCaptioner captioner(Queue<CountingCaptioner> captioners) {
        CountingCaptioner captioner = new CountingCaptioner();
        captioners.add(captioner);
        return captioner;
    }

    private static final class CountingCaptioner implements Captioner {
        private final AtomicInteger closed = new AtomicInteger();
        private final AtomicInteger usedAfterClose = new AtomicInteger();

        @Override
        public ModelIdentity identity() {
            return new ModelIdentity("fake", "1", "0");
        }

        @Override
        public InputSpec input() {
            return new InputSpec(1, 1, "stretch");
        }

        @Override
        public List<List<Alternative>> caption(ByteBuffer rgb, int batchSize, DecodingOptions options) {
            if (closed.get() > 0) {
                usedAfterClose.incrementAndGet();
            }
            return List.of(List.of());
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
