package io.captionstream.caption;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when told to, and by a step with every reading, so that nothing waits for ever. */
final class SteppingTicker extends Ticker {
    private final AtomicLong nanos = new AtomicLong();
    private volatile long step;

    void step(Duration step) {
        this.step = step.toNanos();
    }

    void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    @Override
    public long read() {
        return nanos.addAndGet(step);
    }
}
