package io.captionstream.operations;

import io.captionstream.event.ModelRelease;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Says in a release what a bundle says of itself. */
final class BundleReleases {
    private static final String PARENT_VERSION = "parentVersion";

    private BundleReleases() {}

    /** Lacks reason and time. */
    static ModelRelease.Builder of(ModelBundle bundle, URI uri) {
        BundleManifest manifest = bundle.manifest();
        return ModelRelease.newBuilder()
                .setModel(manifest.name())
                .setVersion(manifest.version())
                .setBundleUri(uri.toString())
                .setDigest(bundle.digest())
                .setParentVersion(parentVersion(manifest))
                .setMetrics(manifest.metrics());
    }

    static @Nullable String parentVersion(BundleManifest manifest) {
        return manifest.lineage().get(PARENT_VERSION);
    }
}
