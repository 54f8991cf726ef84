package io.captionstream.service;

import static com.google.common.base.Preconditions.checkArgument;

import io.captionstream.event.ModelRelease;
import io.captionstream.learning.NewestRelease;
import io.captionstream.model.ModelBundle;
import io.captionstream.release.ReleaseLog;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoredBundle;
import io.captionstream.streams.Precondition;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is released of each model, or else the bundle that the configuration names, as if it had been released: it is put
 * into the store, so that it can be gone back to and trained from on any host.
 */
final class ConfiguredReleases implements Precondition, NewestRelease {
    private final List<ModelBundle> bundles;
    private final BundleStore store;
    private final ReleaseLog log;
    private final Map<String, ModelRelease> configured = new ConcurrentHashMap<>();

    ConfiguredReleases(List<ModelBundle> bundles, BundleStore store, ReleaseLog log) {
        this.bundles = List.copyOf(bundles);
        this.store = store;
        this.log = log;
    }

    @Override
    public String description() {
        return "bundle store";
    }

    @Override
    public void check() throws IOException {
        for (ModelBundle bundle : bundles) {
            StoredBundle stored = store.publish(bundle);
            configured.put(stored.model(), release(bundle, stored));
        }
    }

    private static ModelRelease release(ModelBundle bundle, StoredBundle stored) {
        return ModelRelease.newBuilder()
                .setModel(stored.model())
                .setVersion(bundle.manifest().version())
                .setBundleUri(stored.uri().toString())
                .setDigest(stored.digest())
                .setMetrics(bundle.manifest().metrics())
                .setReleasedAt(Instant.EPOCH)
                .setReason("configured")
                .build();
    }

    @Override
    public ModelRelease of(String model) throws IOException {
        ModelRelease released = log.read().get(model);
        ModelRelease newest = released == null ? configured.get(model) : released;
        checkArgument(newest != null, "captionstream.models names no bundle of %s", model);
        return newest;
    }
}
