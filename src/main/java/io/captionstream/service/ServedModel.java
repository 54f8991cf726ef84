package io.captionstream.service;

import com.google.common.base.Ticker;
import io.captionstream.caption.CaptionTrial;
import io.captionstream.caption.TrialMode;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.ReleasedVersion;
import io.captionstream.event.Trial;
import io.captionstream.inference.AsyncCaptioner;
import io.captionstream.inference.Batcher;
import io.captionstream.model.Captioner;
import io.captionstream.model.LiveModel;
import io.captionstream.release.HotSwap;
import io.captionstream.release.Release;
import io.captionstream.release.ReleaseLoader;
import io.captionstream.release.Releases;
import io.captionstream.release.SwapStatus;
import io.micrometer.core.instrument.Gauge;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One model: the version in service and, at times, one on trial; both follow the releases. */
final class ServedModel implements AutoCloseable {
    static final String LIVE = "live";
    static final String TRIAL = "trial";

    private static final Logger LOG = Logger.getLogger(ServedModel.class);

    private final String name;
    private final LiveModel live;
    private final Batcher batcher;
    private final HotSwap swap;
    private final TrialSlot trialSlot;
    private final HotSwap trialSwap;

    private volatile @Nullable ModelRelease newest;

    /**
     * @param first serves until the first release; closed with this
     * @param loader of releases
     * @param onChange called when another version is served
     */
    ServedModel(Captioner first, ReleaseLoader loader, ServingContext context, Runnable onChange) {
        this.name = first.identity().name();
        this.live = new LiveModel(first, context::close);
        this.batcher = new Batcher(live, context.batches(), Ticker.systemTicker(), context.listener(name, LIVE));
        Gauge.builder(
                        "captionstream.model.available",
                        batcher,
                        fed -> fed.unavailable().isEmpty() ? 1 : 0)
                .description("1 unless the version in service fails on everything")
                .tag("model", name)
                .register(context.meters());
        SwapEvents events = new SwapEvents(context.meters(), name, LIVE, context.reports(), onChange);
        this.swap = context.swap(live::swap, first.identity(), loader, events);
        events.watch(swap);
        this.trialSlot = new TrialSlot(
                context.batches(), context.listener(name, TRIAL), context.trialPatience(), context::close);
        SwapEvents trialEvents = new SwapEvents(context.meters(), name, TRIAL, context.reports(), onChange);
        this.trialSwap = context.swap(trialSlot, null, loader, trialEvents);
        trialEvents.watch(trialSwap);
    }

    String name() {
        return name;
    }

    AsyncCaptioner captioner() {
        return batcher;
    }

    Optional<CaptionTrial> trial() {
        return trialSlot.trial();
    }

    /** Follows a release from now on. Returns at once. */
    synchronized void accept(ModelRelease release) {
        newest = release;
        swap.release(Release.of(release));
        Trial trial = release.getTrial();
        TrialMode mode = trial == null || trial.getPercentage() < 1 ? null : mode(trial);
        if (trial == null || mode == null) {
            trialSlot.agree(null);
            trialSwap.withdraw();
            return;
        }
        Release version = Release.trialOf(release).orElseThrow();
        Release before = trialSwap.status().wanted();
        if (before != null && !before.digest().equals(version.digest())) {
            // Its memory first: there may be no room for three.
            trialSwap.withdraw();
        }
        trialSlot.agree(new TrialSlot.Terms(version.digest(), mode, Math.min(100, trial.getPercentage())));
        trialSwap.release(version);
    }

    /** Null if this service does not know it. */
    private @Nullable TrialMode mode(Trial trial) {
        switch (trial.getMode()) {
            case Releases.SHADOW:
                return TrialMode.SHADOW;
            case Releases.CANARY:
                return TrialMode.CANARY;
            default:
                LOG.warnf("%s: a trial in mode '%s' is not known here, and not served", name, trial.getMode());
                return null;
        }
    }

    /** How long the model has been at its present batch; zero if it has none. */
    Duration busy() {
        return batcher.busy();
    }

    /** Whether what feeds the model has ended and never comes back. */
    boolean isBroken() {
        return batcher.isBroken();
    }

    /** Since when the version in service fails on everything and why, for a person to read; empty if it does not. */
    Optional<String> unavailable() {
        return batcher.unavailable();
    }

    /** Where the change over to the newest release stands. */
    SwapStatus status() {
        return swap.status();
    }

    SwapStatus trialStatus() {
        return trialSwap.status();
    }

    /** Whether nothing is to be waited for: the newest release serves, or never will. */
    boolean isSettled() {
        return switch (swap.status().state()) {
            case SERVING, REFUSED, EMPTY -> true;
            case LOADING, WAITING -> false;
        };
    }

    /** The captioners of both slots, by slot, for those who want to say what they are. */
    Stream<Serving> serving() {
        Captioner current;
        try (LiveModel.Lease lease = live.acquire()) {
            current = lease.captioner();
        } catch (IllegalStateException closed) {
            return Stream.empty();
        }
        return Stream.concat(
                Stream.of(new Serving(LIVE, current)),
                trialSlot.captioner().stream().map(captioner -> new Serving(TRIAL, captioner)));
    }

    /** A captioner in a slot; it may be closed by now. */
    record Serving(String slot, Captioner captioner) {}

    /** Digests of the bundles that may be needed again soon: in service, wanted, and the newest to go back to. */
    Set<String> neededDigests() {
        Set<String> digests = new HashSet<>();
        for (SwapStatus status : new SwapStatus[] {swap.status(), trialSwap.status()}) {
            if (status.serving() != null) {
                digests.add(status.serving().digest());
            }
            if (status.wanted() != null) {
                digests.add(status.wanted().digest());
            }
        }
        ModelRelease release = newest;
        if (release != null) {
            release.getHistory().stream()
                    .findFirst()
                    .map(ReleasedVersion::getDigest)
                    .ifPresent(digests::add);
        }
        return digests;
    }

    /** Nothing is swapped after this. */
    void stopSwapping() {
        swap.close();
        trialSwap.close();
    }

    @Override
    public void close() {
        stopSwapping();
        batcher.close();
        live.close();
        trialSlot.close();
    }
}
