package io.captionstream.operations;

import io.captionstream.event.ModelRelease;
import io.captionstream.learning.RunPlan;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says in a release what a bundle says of itself. */
final class BundleReleases {
    private BundleReleases() {}

    /** Lacks reason and time. */
    static ModelRelease.Builder of(ModelBundle bundle, URI uri) {
        BundleManifest manifest = bundle.manifest();
        Optional<RunPlan> plan = plan(bundle);
        return ModelRelease.newBuilder()
                .setModel(manifest.name())
                .setVersion(manifest.version())
                .setBundleUri(uri.toString())
                .setDigest(bundle.digest())
                .setParentVersion(parentVersion(bundle))
                .setMetrics(manifest.metrics())
                // Trainers take from it which labels the version knows.
                .setLineage(plan.map(
                                made -> made.lineageOfRelease(manifest.lineage().getOrDefault("heldOutDigest", "")))
                        .orElse(null));
    }

    /** Null if it was made from nothing, or not from the log. */
    static @Nullable String parentVersion(ModelBundle bundle) {
        return plan(bundle).map(RunPlan::parent).map(RunPlan.Parent::version).orElse(null);
    }

    /** Empty if it was not made from the log. */
    static Optional<RunPlan> plan(ModelBundle bundle) {
        try {
            return Optional.of(RunPlan.of(bundle));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
