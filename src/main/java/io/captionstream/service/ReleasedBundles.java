package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.model.BundleException;
import io.captionstream.model.ModelBundle;
import io.captionstream.release.Release;
import io.captionstream.store.BundleCache;
import io.captionstream.store.BundleStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Where the bundles of releases come from: the configured folders, and the store by way of a cache on the local disk. */
final class ReleasedBundles implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReleasedBundles.class);

    private final @Nullable BundleStore store;
    private final @Nullable BundleCache cache;

    ReleasedBundles(Settings settings) {
        store = settings.store().map(BundleStore::open).orElse(null);
        cache = store == null ? null : new BundleCache(store, settings.bundleCache());
    }

    /**
     * The bundle of a release, verified.
     *
     * @param configured the bundle of the model that the configuration names: it needs no store
     * @throws IllegalArgumentException if there is no store, or the bundle is not in it or of another model
     * @throws NoSuchFileException if the store has no such bundle
     */
    ModelBundle open(Release release, ModelBundle configured) throws IOException, BundleException {
        if (release.digest().equals(configured.digest())) {
            return configured;
        }
        checkArgument(
                cache != null,
                "captionstream.store.uri is not set: it must name the store that has %s",
                release.bundle());
        ModelBundle bundle = fetch(cache, release);
        checkArgument(
                bundle.manifest().name().equals(release.model()),
                "%s is a bundle of %s",
                release.bundle(),
                bundle.manifest().name());
        return bundle;
    }

    private static ModelBundle fetch(BundleCache cache, Release release) throws IOException, BundleException {
        try {
            return cache.open(release.bundle(), release.digest());
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(release.bundle().toString(), null, "the store has no such bundle");
        }
    }

    /** Deletes what is in the cache but for these digests. A failure is for the log only. */
    void retain(Set<String> digests) {
        if (cache == null) {
            return;
        }
        try {
            cache.retain(digests);
        } catch (IOException e) {
            LOG.warnf("Bundles that are not needed any more cannot be deleted: %s", e.getMessage());
        }
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
    }
}
