package io.captionstream.inference;

import static com.google.common.base.Verify.verify;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether images go to a model.
 *
 * <pre>
 *             an image failed alone, and the known-good image, too
 *    CLOSED ------------------------------------------------------> OPEN --+
 *      ^  ^                                                         |  ^   | the known-good image fails again:
 *      |  |     the known-good image is captioned after a pause     |  |   | twice the pause
 *      |  +---------------------------------------------------------+  +---+
 *      |                                                            |  ^
 *      |                it fails, but this version never captioned  |  | an image failed alone,
 *      |                one: only images of events can tell         v  | and the known-good image, too
 *      +------------------------------------------------------ HALF_OPEN
 *               an image is captioned
 * </pre>
 *
 * <p>Changed by the inference thread only, and read by all.
 */
final class Breaker {
    /** What happens to images. */
    enum State {
        /** They go to the model. */
        CLOSED,
        /** They are refused: the model is unavailable. */
        OPEN,
        /** They go to the model, which is unavailable until it captions one. */
        HALF_OPEN
    }

    /**
     * Why the breaker is not closed.
     *
     * @param reason of the latest failure
     * @param pause the present one, before the known-good image is tried again
     * @param checkNanos when it is, on the ticker
     */
    private record Outage(State state, Instant since, String reason, Duration pause, long checkNanos) {}

    private static final Logger log = Logger.getLogger(Breaker.class);

    private final String model;
    private final BreakerConfig config;
    private final Ticker ticker;
    private final Clock clock;
    private volatile @Nullable Outage outage;

    Breaker(String model, BreakerConfig config, Ticker ticker, Clock clock) {
        this.model = requireNonNull(model, "model is null");
        this.config = requireNonNull(config, "config is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    State state() {
        Outage current = outage;
        return current == null ? State.CLOSED : current.state();
    }

    boolean isOpen() {
        return state() == State.OPEN;
    }

    /** Opens, or stays open for twice as long. */
    void open(String reason) {
        Outage before = outage;
        Instant since = before == null ? clock.instant().truncatedTo(ChronoUnit.SECONDS) : before.since();
        Duration pause = before == null ? config.firstPause() : longer(before.pause());
        outage = new Outage(State.OPEN, since, reason, pause, ticker.read() + pause.toNanos());
        if (before == null) {
            log.warnf("Model %s is unavailable, and tried again after %s: %s", model, pause, reason);
        }
    }

    private Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(config.maxPause()) < 0 ? twice : config.maxPause();
    }

    /** Lets images through, to find out what becomes of them. */
    void halfOpen() {
        Outage current = outage;
        verify(current != null && current.state() == State.OPEN, "half open from %s", state());
        outage = new Outage(State.HALF_OPEN, current.since(), current.reason(), current.pause(), current.checkNanos());
    }

    void close() {
        Outage before = outage;
        if (before != null) {
            outage = null;
            log.infof("Model %s captions again, which it did not since %s", model, before.since());
        }
    }

    /** Nanoseconds until the known-good image is to be tried again; not positive if it is time. Only while open. */
    long nanosUntilCheck(long now) {
        Outage current = outage;
        verify(current != null, "nothing to check while closed");
        return current.checkNanos() - now;
    }

    /** Since when the model is unavailable and why, for a person to read; empty while it is not. */
    Optional<String> unavailable() {
        Outage current = outage;
        return current == null
                ? Optional.empty()
                : Optional.of("unavailable since %s: %s".formatted(current.since(), current.reason()));
    }

    /** What images fail with that are not to blame. */
    InferenceException refusal() {
        return new InferenceException(
                Code.UNAVAILABLE,
                "Model %s is %s".formatted(model, unavailable().orElse("available again")));
    }
}
