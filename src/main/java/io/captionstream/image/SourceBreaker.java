package io.captionstream.image;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Whether a source is asked.
 *
 * <pre>
 *                  failures in a row                 pause over, somebody asks
 *   CLOSED ──────────────────────────────▶ OPEN ──────────────────────────────▶ HALF_OPEN
 *     ▲                                    │  ▲   the probe fails: longer pause   │  │
 *     │                                    │  └──── or says nothing: no pause ────┘  │
 *     └────────── any answer ──────────────┴─────────────── any answer ──────────────┘
 * </pre>
 *
 * An attempt that began before the source was given up may still be answered: that is as good as a probe's answer. Its
 * failure says nothing new.
 *
 * <p>Failsafe's breaker, whose retries are used here, reads the system's clock, does not lengthen its pause, and counts
 * a probe that was cancelled as one that is still out.
 *
 * <p>Times are a ticker's, in nanoseconds. Not safe for use by several threads.
 */
final class SourceBreaker {
    enum State {
        /** It is asked. */
        CLOSED,
        /** It is not asked until the pause is over. */
        OPEN,
        /** One asks, all others wait for what comes of it. */
        HALF_OPEN
    }

    private final int threshold;
    private final long minPause;
    private final long maxPause;
    private final long window;

    private State state = State.CLOSED;
    private int failures;
    private long failingSince;
    private long failedLast;
    private @Nullable ImageErrorCode code;
    private long pause;
    private long askAgain;

    /** @param threshold failures in a row that open it, at least 1 */
    SourceBreaker(int threshold, SourceConfig config) {
        this.threshold = threshold;
        this.minPause = config.breakerMinPause().toNanos();
        this.maxPause = config.breakerMaxPause().toNanos();
        this.window = config.outageWindow().toNanos();
    }

    State state() {
        return state;
    }

    /** Whether whoever asks now may; in state HALF_OPEN afterwards if as the probe. */
    boolean tryAsk(long now) {
        if (state == State.OPEN && now - askAgain >= 0) {
            state = State.HALF_OPEN;
            return true;
        }
        return state == State.CLOSED;
    }

    void answered() {
        state = State.CLOSED;
        failures = 0;
        code = null;
        pause = 0;
    }

    /**
     * @param begun when the attempt began
     * @param probe whether it was the probe's
     */
    void failed(ImageErrorCode failure, long begun, long now, boolean probe) {
        if (state == State.CLOSED && failures > 0 && begun - failedLast > window) {
            // Failures with much time between them are no row: nobody asked whether it answers.
            failures = 0;
        }
        if (failures == 0) {
            failingSince = now;
        }
        failures++;
        failedLast = now;
        code = failure;
        if (state == State.HALF_OPEN ? probe : state == State.CLOSED && failures >= threshold) {
            pause = Math.min(maxPause, Math.max(minPause, 2 * pause));
            askAgain = now + pause;
            state = State.OPEN;
        }
    }

    /** The probe ended without saying anything of the source: the next one is a probe, too. */
    void abandoned(long now) {
        checkState(state == State.HALF_OPEN, "no probe in state %s", state);
        state = State.OPEN;
        askAgain = now;
    }

    boolean isFailing() {
        return failures > 0;
    }

    /** When the first of the failures in a row ended; only while it {@link #isFailing}. */
    long failingSince() {
        return failingSince;
    }

    /** The newest failure; only while it {@link #isFailing}. */
    ImageErrorCode code() {
        return requireNonNull(code);
    }

    /** When the pause is over; only in state OPEN. */
    long askAgain() {
        return askAgain;
    }
}
