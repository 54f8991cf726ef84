package io.captionstream.operations;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.ReleasedVersion;
import io.captionstream.event.Trial;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoredBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers what is known of a model's versions from its release and from the store. */
final class VersionCatalog {
    private final BundleStore store;
    private final Map<String, ModelVersion> byDigest = new LinkedHashMap<>();

    private VersionCatalog(BundleStore store) {
        this.store = store;
    }

    /**
     * @param release the newest of the model; null if there is none
     * @throws IOException if the store does not answer
     */
    static ModelVersions of(String model, @Nullable ModelRelease release, BundleStore store) throws IOException {
        VersionCatalog catalog = new VersionCatalog(store);
        ModelVersions.TrialState trialState = null;
        if (release != null) {
            catalog.add(
                    release.getVersion(),
                    release.getDigest(),
                    URI.create(release.getBundleUri()),
                    VersionStatus.LIVE,
                    release.getReleasedAt());
            Trial trial = release.getTrial();
            if (trial != null) {
                trialState = new ModelVersions.TrialState(
                        trial.getVersion(), trial.getMode(), trial.getPercentage(), trial.getAutomatic());
                catalog.add(
                        trial.getVersion(),
                        trial.getDigest(),
                        URI.create(trial.getBundleUri()),
                        VersionStatus.TRIAL,
                        trial.getStartedAt());
            }
            for (ReleasedVersion earlier : release.getHistory()) {
                catalog.add(
                        earlier.getVersion(),
                        earlier.getDigest(),
                        URI.create(earlier.getBundleUri()),
                        VersionStatus.ROLLBACK_TARGET,
                        earlier.getReleasedAt());
            }
        }
        List<StoredBundle> stored = new ArrayList<>(store.list(model));
        Collections.reverse(stored);
        for (StoredBundle bundle : stored) {
            catalog.add(null, bundle.digest(), bundle.uri(), VersionStatus.STORED, null);
        }
        return new ModelVersions(
                model,
                release == null ? null : release.getReason(),
                trialState,
                List.copyOf(catalog.byDigest.values()));
    }

    /** @param version null if only the bundle says */
    private void add(
            @Nullable String version, String digest, URI uri, VersionStatus status, @Nullable Instant releasedAt)
            throws IOException {
        if (byDigest.containsKey(digest)) {
            return;
        }
        BundleManifest manifest = null;
        String problem = null;
        try {
            manifest = store.manifest(uri);
        } catch (NoSuchFileException e) {
            problem = "the store does not have it any more";
        } catch (BundleException | IllegalArgumentException e) {
            problem = e.getMessage();
        }
        String name = version != null ? version : manifest != null ? manifest.version() : "?";
        byDigest.put(
                digest,
                new ModelVersion(
                        name,
                        digest,
                        status,
                        uri,
                        releasedAt,
                        manifest == null ? null : manifest.createdAt(),
                        manifest == null ? Map.of() : manifest.metrics(),
                        problem));
    }
}
