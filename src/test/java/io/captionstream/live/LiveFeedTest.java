package io.captionstream.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.common.base.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class LiveFeedTest {
    private static final int PAGES = 4;
    private static final int VISITS = 500;
    private static final int STAY = 60;

    private final AtomicLong nanos = new AtomicLong();
    private final List<FakeWatch> watches = new ArrayList<>();
    private final LiveFeed feed = new LiveFeed(this::watch, new Ticker() {
        @Override
        public long read() {
            return nanos.get();
        }
    });
    private final List<Object> seen = new ArrayList<>();

    private LiveFeed.Watch watch(LiveFeed.Teller teller) {
        FakeWatch watch = new FakeWatch(teller);
        watches.add(watch);
        return watch;
    }

    /** Tells what it is made to. */
    private static final class FakeWatch implements LiveFeed.Watch {
        private final LiveFeed.Teller teller;
        private boolean started;
        private boolean closed;

        FakeWatch(LiveFeed.Teller teller) {
            this.teller = teller;
        }

        @Override
        public void start() {
            started = true;
        }

        @Override
        public void close() {
            closed = true;
        }

        void tell(String kind, long number) {
            teller.tell(new LiveEvent(kind, number));
        }
    }

    private LiveFeed.Subscription look() {
        return feed.subscribe(event -> seen.add(event.data()));
    }

    @Test
    void shouldReadOnlyWhileSomebodyLooks() {
        assertThat(watches).isEmpty();
        LiveFeed.Subscription first = look();
        LiveFeed.Subscription second = look();
        assertThat(watches).singleElement().satisfies(watch -> assertThat(watch.started)
                .isTrue());
        FakeWatch watch = watches.get(0);

        first.close();
        nanos.addAndGet(LiveFeed.LINGER.toNanos() + 1);
        watch.teller.closeIfLeft();
        assertThat(watch.closed).as("the second one looks").isFalse();

        second.close();
        watch.teller.closeIfLeft();
        assertThat(watch.closed).as("somebody may only have reloaded the page").isFalse();
        nanos.addAndGet(LiveFeed.LINGER.toNanos() + 1);
        watch.teller.closeIfLeft();
        assertThat(watch.closed).isTrue();
    }

    @Test
    void shouldGoOnWithTheSameWatchAfterAReload() {
        look().close();
        nanos.addAndGet(LiveFeed.LINGER.toNanos() + 1);
        try (LiveFeed.Subscription back = look()) {
            watches.get(0).teller.closeIfLeft();

            assertThat(watches).singleElement().satisfies(watch -> assertThat(watch.closed)
                    .isFalse());
        }
    }

    @Test
    void shouldTellNewcomersWhatHasBeen() {
        try (LiveFeed.Subscription first = feed.subscribe(event -> {})) {
            watches.get(0).tell(LiveEvent.CAPTION, 1);
            watches.get(0).tell(LiveEvent.VITALS, 2);
            watches.get(0).tell(LiveEvent.VITALS, 3);

            try (LiveFeed.Subscription newcomer = look()) {
                watches.get(0).tell(LiveEvent.CAPTION, 4);
            }
            watches.get(0).tell(LiveEvent.CAPTION, 5);
        }

        assertThat(seen).containsExactlyInAnyOrder(1L, 3L, 4L).endsWith(4L);
    }

    @Test
    void shouldNotRepeatWhatTheNextWatchReadsAgain() {
        look().close();
        FakeWatch late = watches.get(0);
        late.tell(LiveEvent.CAPTION, 1);
        nanos.addAndGet(LiveFeed.LINGER.toNanos() + 1);
        late.teller.closeIfLeft();

        try (LiveFeed.Subscription back = look()) {
            late.tell(LiveEvent.CAPTION, 2);
            watches.get(1).tell(LiveEvent.CAPTION, 1);
            watches.get(1).tell(LiveEvent.CAPTION, 2);
        }

        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void shouldTellNobodyOnceItIsClosed() {
        LiveFeed.Subscription page = look();
        feed.close();
        watches.get(0).tell(LiveEvent.CAPTION, 1);
        page.close();

        assertThat(watches.get(0).closed).isTrue();
        assertThat(seen).isEmpty();
        assertThatIllegalStateException().isThrownBy(this::look);
    }

    @Test
    void shouldExpectWhatItWasToldToAndWhatThePageSends() {
        look();
        feed.expect("scene-1");

        assertThat(watches.get(0).teller.isExpected("scene-1")).isTrue();
        assertThat(watches.get(0).teller.isExpected("scene-2")).isFalse();
        assertThat(watches.get(0).teller.isExpected(Submissions.ID_PREFIX + "2"))
                .isTrue();
    }

    /** Pages come and go while two threads tell: each page sees both rows without a gap, a repetition or another order. */
    @Test
    void shouldTellEveryPageAllInOrderHoweverTheyComeAndGo() throws Exception {
        LiveFeed.Subscription always = feed.subscribe(event -> {});
        FakeWatch watch = watches.get(0);
        AtomicBoolean over = new AtomicBoolean();
        CyclicBarrier start = new CyclicBarrier(PAGES + 2);
        ExecutorService threads = Executors.newFixedThreadPool(PAGES + 2);
        try {
            List<Future<?>> tellers = new ArrayList<>();
            for (String kind : List.of(LiveEvent.CAPTION, LiveEvent.REPORT)) {
                tellers.add(threads.submit(() -> {
                    start.await();
                    for (long number = 0; !over.get(); number++) {
                        watch.tell(kind, number);
                    }
                    return null;
                }));
            }
            List<Future<?>> pages = new ArrayList<>();
            for (int page = 0; page < PAGES; page++) {
                pages.add(threads.submit((Callable<Void>) () -> {
                    start.await();
                    for (int visit = 0; visit < VISITS; visit++) {
                        visit();
                    }
                    return null;
                }));
            }
            for (Future<?> page : pages) {
                page.get(2, TimeUnit.MINUTES);
            }
            over.set(true);
            for (Future<?> teller : tellers) {
                teller.get(1, TimeUnit.MINUTES);
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
            always.close();
        }
    }

    private void visit() throws InterruptedException {
        Page page = new Page();
        LiveFeed.Subscription subscription = feed.subscribe(page);
        page.stay();
        subscription.close();
        assertThat(page.mistakes).isEmpty();
    }

    /** Looks until it has seen so many, and notes what does not follow on what it saw before. */
    private static final class Page implements Consumer<LiveEvent> {
        private final Map<String, Long> last = new HashMap<>();
        private final List<String> mistakes = new ArrayList<>();
        private int count;

        @Override
        public synchronized void accept(LiveEvent event) {
            long number = (Long) event.data();
            Long before = last.put(event.name(), number);
            if (before != null && number != before + 1) {
                mistakes.add("%s %d after %d".formatted(event.name(), number, before));
            }
            count++;
            notifyAll();
        }

        synchronized void stay() throws InterruptedException {
            int enough = count + STAY;
            while (count < enough) {
                wait();
            }
        }
    }
}
