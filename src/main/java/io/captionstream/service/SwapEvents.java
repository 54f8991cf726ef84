package io.captionstream.service;

import static java.util.Objects.requireNonNull;

import io.captionstream.model.ModelIdentity;
import io.captionstream.release.HotSwap;
import io.captionstream.release.Release;
import io.captionstream.release.SwapListener;
import io.captionstream.release.SwapState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Says how the changes of one slot go: in the log, in metrics and, if they fail, in a report. */
final class SwapEvents implements SwapListener {
    private static final Logger LOG = Logger.getLogger(SwapEvents.class);

    private final MeterRegistry meters;
    private final String model;
    private final String slot;
    private final SwapReports reports;
    private final Runnable onChange;

    private final Timer swaps;

    private volatile @Nullable Release reported;

    /**
     * @param slot {@code live} or {@code trial}
     * @param onChange called when another version is served
     */
    SwapEvents(MeterRegistry meters, String model, String slot, SwapReports reports, Runnable onChange) {
        this.meters = requireNonNull(meters, "meters is null");
        this.model = requireNonNull(model, "model is null");
        this.slot = requireNonNull(slot, "slot is null");
        this.reports = requireNonNull(reports, "reports is null");
        this.onChange = requireNonNull(onChange, "onChange is null");
        this.swaps = Histograms.longTimes("captionstream.swap")
                .description("Time from the look at a release to its service")
                .tag("model", model)
                .tag("slot", slot)
                .register(meters);
        SwapFailures.reasons().forEach(this::failures);
    }

    private Counter failures(String reason) {
        return Counter.builder("captionstream.swap.failures")
                .description("Releases that could not be served, by reason, every attempt counted")
                .tag("model", model)
                .tag("slot", slot)
                .tag("reason", reason)
                .register(meters);
    }

    /** Shows the state of the slot in a gauge. */
    void watch(HotSwap swap) {
        for (SwapState state : SwapState.values()) {
            Gauge.builder(
                            "captionstream.swap.state",
                            swap,
                            watched -> watched.status().state() == state ? 1 : 0)
                    .description("1 for the state that the change over to the newest release is in")
                    .tag("model", model)
                    .tag("slot", slot)
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }

    @Override
    public void onSwapped(Release release, @Nullable ModelIdentity before, Duration took) {
        swaps.record(took);
        LOG.infof(
                "%s %s: version %s, digest %s, in the stead of %s, after %d ms",
                model,
                slot,
                release.version(),
                release.digest(),
                before == null ? "none" : before.version(),
                took.toMillis());
        onChange.run();
    }

    @Override
    public void onFailed(Release release, Exception failure, boolean lasting) {
        String reason = SwapFailures.reason(failure);
        failures(reason).increment();
        LOG.warnf(
                "%s %s: version %s cannot be served, %s: %s, %s",
                model, slot, release.version(), lasting ? "for good" : "trying again", reason, failure.getMessage());
        if (!release.equals(reported)) {
            reported = release;
            reports.failed(release, reason, failure.getMessage());
        }
    }
}
