package io.captionstream.learning;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.ReleasedVersion;
import io.captionstream.event.Trial;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoredBundle;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Deletes bundles that nothing needs: neither in service nor on trial nor what a rollback could go back to, and in the
 * store for a while. That while is for challengers that were rejected and may yet be promoted by hand, and for bundles
 * whose release is under way.
 */
public final class BundleGarbage {
    private static final Logger LOG = Logger.getLogger(BundleGarbage.class);
    /** However short the while that is asked for: no release is under way for longer. */
    static final Duration GRACE = Duration.ofHours(1);

    private final BundleStore store;
    private final NewestRelease releases;
    private final Duration keep;
    private final Clock clock;

    /** @param keep how long bundles that are not released stay */
    public BundleGarbage(BundleStore store, NewestRelease releases, Duration keep, Clock clock) {
        checkArgument(!keep.isNegative(), "keep must not be negative: %s", keep);
        this.store = requireNonNull(store, "store is null");
        this.releases = requireNonNull(releases, "releases is null");
        this.keep = keep.compareTo(GRACE) < 0 ? GRACE : keep;
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Deletes what can be deleted of a model.
     *
     * @return how many bundles
     */
    public int collect(String model) throws IOException {
        Instant oldest = clock.instant().minus(keep);
        List<StoredBundle> old;
        try {
            old = store.list(model).stream()
                    .filter(bundle -> bundle.storedAt().isBefore(oldest))
                    .toList();
        } catch (NoSuchFileException e) {
            LOG.debugf("Another process deletes bundles of %s now", model);
            return 0;
        }
        int deleted = 0;
        for (StoredBundle bundle : old) {
            // Asked after the listing, and again each time: an old bundle may be promoted at any moment.
            if (!needed(releases.of(model)).contains(bundle.digest()) && delete(bundle)) {
                deleted++;
            }
        }
        return deleted;
    }

    private boolean delete(StoredBundle bundle) throws IOException {
        try {
            store.delete(bundle.uri());
            LOG.infof("Deleted bundle %s of %s, which nothing refers to", bundle.digest(), bundle.model());
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Set<String> needed(ModelRelease release) {
        Set<String> digests = new HashSet<>();
        digests.add(release.getDigest());
        release.getHistory().stream().map(ReleasedVersion::getDigest).forEach(digests::add);
        Trial trial = release.getTrial();
        if (trial != null) {
            digests.add(trial.getDigest());
        }
        return digests;
    }
}
