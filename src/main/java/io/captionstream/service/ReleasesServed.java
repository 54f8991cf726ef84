package io.captionstream.service;

import io.captionstream.release.ReleaseFollower;
import io.captionstream.streams.Precondition;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The topic of releases has been read, and what it says serves or was refused. No event should be captioned by the version
 * before, but none should wait for ever for a version that cannot be had: after the limit, what there is serves.
 */
final class ReleasesServed implements Precondition {
    private static final Logger LOG = Logger.getLogger(ReleasesServed.class);
    private static final Duration STEP = Duration.ofMillis(500);

    private final ReleaseFollower follower;
    private final ServedModels models;
    private final Duration limit;
    private @Nullable Long start;

    /** @param limit counted from the first check */
    ReleasesServed(ReleaseFollower follower, ServedModels models, Duration limit) {
        this.follower = follower;
        this.models = models;
        this.limit = limit;
    }

    @Override
    public String description() {
        return "the released versions";
    }

    @Override
    public void check() throws InterruptedException {
        long now = System.nanoTime();
        if (start == null) {
            start = now;
        }
        String missing = missing();
        if (missing == null) {
            return;
        }
        if (now - start > limit.toNanos()) {
            LOG.warnf("Captioning begins with what there is, after %s: %s", limit, missing);
            return;
        }
        throw new IllegalStateException(missing);
    }

    private @Nullable String missing() throws InterruptedException {
        if (!follower.awaitCaughtUp(STEP)) {
            return "the topic of releases has not been read yet";
        }
        List<String> unsettled = models.all().stream()
                .filter(model -> !model.isSettled())
                .map(model -> model.name() + " " + SwapDescription.of(model.status()))
                .toList();
        return unsettled.isEmpty() ? null : String.join("; ", unsettled);
    }
}
