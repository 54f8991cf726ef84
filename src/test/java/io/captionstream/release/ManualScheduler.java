package io.captionstream.release;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs what was scheduled when told to, in the order in which it was scheduled. */
final class ManualScheduler extends ScheduledThreadPoolExecutor {
    private final List<Duration> delays = new ArrayList<>();
    private final Deque<Runnable> scheduled = new ArrayDeque<>();

    ManualScheduler() {
        super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        delays.add(Duration.ofNanos(unit.toNanos(delay)));
        scheduled.add(task);
        // Never runs by itself.
        return super.schedule(() -> {}, Long.MAX_VALUE / 2, TimeUnit.NANOSECONDS);
    }

    void runNext() {
        scheduled.remove().run();
    }

    List<Duration> delays() {
        return delays;
    }
}
