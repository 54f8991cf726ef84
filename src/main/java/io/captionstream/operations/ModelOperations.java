package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.Trial;
import io.captionstream.model.BundleException;
import io.captionstream.model.BundleManifest;
import io.captionstream.model.ModelBundle;
import io.captionstream.operations.OperationException.Kind;
import io.captionstream.release.Releases;
import io.captionstream.store.BundleCache;
import io.captionstream.store.BundleStore;
import io.captionstream.store.StoredBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with the versions of models. What changes something reads the newest release, checks all that can be
 * checked, and publishes one record: it happens as a whole or not at all. Of two operators who change one model at the
 * same moment, the later one counts. Every method throws {@link IOException} if broker, registry or store do not answer.
 */
public final class ModelOperations {
    private final ReleaseRecords releases;
    private final BundleStore store;
    private final BundleCache cache;
    private final Clock clock;

    /**
     * @param store where the bundles are
     * @param cache of the same store; a bundle is fetched and verified there before it is released
     * @param clock times the releases
     */
    ModelOperations(ReleaseRecords releases, BundleStore store, BundleCache cache, Clock clock) {
        this.releases = requireNonNull(releases, "releases is null");
        this.store = requireNonNull(store, "store is null");
        this.cache = requireNonNull(cache, "cache is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Every model that was released or that the store has bundles of, in alphabetical order. */
    public List<ModelVersions> list() throws IOException {
        Map<String, ModelRelease> newest = releases.read();
        TreeSet<String> models = new TreeSet<>(newest.keySet());
        models.addAll(store.models());
        List<ModelVersions> all = new ArrayList<>();
        for (String model : models) {
            all.add(VersionCatalog.of(model, newest.get(model), store));
        }
        return List.copyOf(all);
    }

    /** @throws OperationException if there is no such model */
    public ModelVersions list(String model) throws IOException, OperationException {
        return versions(model, releases.read());
    }

    private ModelVersions versions(String model, Map<String, ModelRelease> newest)
            throws IOException, OperationException {
        ModelVersions versions;
        try {
            versions = VersionCatalog.of(model, newest.get(model), store);
        } catch (IllegalArgumentException e) {
            throw new OperationException(Kind.NOT_FOUND, e.getMessage(), e);
        }
        if (versions.versions().isEmpty()) {
            TreeSet<String> models = new TreeSet<>(newest.keySet());
            models.addAll(store.models());
            throw new OperationException(
                    Kind.NOT_FOUND,
                    "There is no model %s; %s"
                            .formatted(
                                    model,
                                    models.isEmpty()
                                            ? "none was released and the store is empty"
                                            : "there are " + String.join(", ", models)));
        }
        return versions;
    }

    /**
     * A version in full.
     *
     * @param version its name, or the beginning of its digest
     */
    public VersionDetails show(String model, String version) throws IOException, OperationException {
        ModelVersion found = list(model).require(version);
        return new VersionDetails(model, found, manifest(found));
    }

    private BundleManifest manifest(ModelVersion version) throws IOException, OperationException {
        try {
            return store.manifest(version.bundle());
        } catch (NoSuchFileException | BundleException | IllegalArgumentException e) {
            throw unusable(version.version(), version.bundle(), e);
        }
    }

    /**
     * The bundle of a version, verified, on the local disk for as long as the cache keeps it.
     *
     * @param version its name, or the beginning of its digest; null is the one in service
     */
    public ModelBundle open(String model, @Nullable String version) throws IOException, OperationException {
        ModelVersions versions = list(model);
        if (version != null) {
            return open(model, versions.require(version));
        }
        return open(
                model,
                versions.live()
                        .orElseThrow(() -> new OperationException(
                                Kind.NOT_FOUND, "%s was never released; name a version".formatted(model))));
    }

    private ModelBundle open(String model, ModelVersion version) throws IOException, OperationException {
        // The cache may still have what the store has no more, and what others could not fetch.
        manifest(version);
        ModelBundle bundle;
        try {
            bundle = cache.open(version.bundle(), version.digest());
        } catch (NoSuchFileException | BundleException | IllegalArgumentException e) {
            throw unusable(version.version(), version.bundle(), e);
        }
        if (!bundle.manifest().name().equals(model)) {
            throw new OperationException(
                    Kind.CONFLICT,
                    "%s is a bundle of %s, not of %s"
                            .formatted(version.bundle(), bundle.manifest().name(), model));
        }
        return bundle;
    }

    private static OperationException unusable(String version, URI uri, Exception cause) {
        String reason =
                cause instanceof NoSuchFileException ? "the store does not have it any more" : cause.getMessage();
        return new OperationException(
                Kind.CONFLICT, "Version %s cannot be used: %s (%s)".formatted(version, reason, uri), cause);
    }

    /**
     * Puts a version into service, whatever its gate said. What is on trial stays so, unless it is this version.
     *
     * @param version its name, or the beginning of its digest
     * @param reason for people; goes into the release
     * @throws OperationException if there is no such version, its bundle cannot be served, or it is in service
     */
    public ReleaseChange promote(String model, String version, String reason) throws IOException, OperationException {
        Map<String, ModelRelease> newest = releases.read();
        ModelVersion target = versions(model, newest).require(version);
        return release(model, newest.get(model), open(model, target), target.bundle(), reason);
    }

    /**
     * Brings a bundle into the store and into service: how a first version is released.
     *
     * @param folder of the bundle
     * @throws OperationException if it is no bundle of this model, or in service
     */
    public ReleaseChange promote(String model, Path folder, String reason) throws IOException, OperationException {
        ModelRelease current = releases.read().get(model);
        ModelBundle bundle = local(model, folder);
        StoredBundle stored = publish(bundle);
        return release(model, current, bundle, stored.uri(), reason);
    }

    private StoredBundle publish(ModelBundle bundle) throws IOException, OperationException {
        try {
            return store.publish(bundle);
        } catch (IllegalArgumentException e) {
            throw new OperationException(Kind.CONFLICT, e.getMessage(), e);
        }
    }

    private static ModelBundle local(String model, Path folder) throws OperationException {
        ModelBundle bundle;
        try {
            bundle = ModelBundle.open(folder);
        } catch (BundleException e) {
            throw new OperationException(Kind.CONFLICT, e.getMessage(), e);
        }
        if (!bundle.manifest().name().equals(model)) {
            throw new OperationException(
                    Kind.CONFLICT,
                    "%s is a bundle of %s, not of %s"
                            .formatted(folder, bundle.manifest().name(), model));
        }
        return bundle;
    }

    private ReleaseChange release(
            String model, @Nullable ModelRelease current, ModelBundle bundle, URI uri, String reason)
            throws IOException, OperationException {
        requireOther(model, current, bundle.digest(), bundle.manifest().version());
        ModelRelease next = BundleReleases.of(bundle, uri)
                .setReason(reason)
                .setReleasedAt(clock.instant())
                .build();
        return publish(current, Releases.promote(current, next));
    }

    private static void requireOther(String model, @Nullable ModelRelease current, String digest, String version)
            throws OperationException {
        if (current != null && current.getDigest().equals(digest)) {
            throw new OperationException(
                    Kind.CONFLICT, "Version %s of %s is in service already".formatted(version, model));
        }
    }

    /**
     * Tries a version beside the one in service, in the stead of any other on trial.
     *
     * @param version its name, or the beginning of its digest
     * @throws OperationException if there is no such version, its bundle cannot be served, it is in service, or nothing
     *     was ever released that it could stand beside
     */
    public ReleaseChange startTrial(String model, String version, TrialRequest request, String reason)
            throws IOException, OperationException {
        Map<String, ModelRelease> newest = releases.read();
        ModelVersion target = versions(model, newest).require(version);
        return startTrial(newest.get(model), open(model, target), target.bundle(), request, reason);
    }

    /** Brings a bundle into the store and on trial. Otherwise as {@link #startTrial(String, String, TrialRequest, String)}. */
    public ReleaseChange startTrial(String model, Path folder, TrialRequest request, String reason)
            throws IOException, OperationException {
        ModelRelease current = releases.read().get(model);
        ModelBundle bundle = local(model, folder);
        requireReleased(model, current);
        return startTrial(current, bundle, publish(bundle).uri(), request, reason);
    }

    private ReleaseChange startTrial(
            @Nullable ModelRelease current, ModelBundle bundle, URI uri, TrialRequest request, String reason)
            throws IOException, OperationException {
        String model = bundle.manifest().name();
        ModelRelease released = requireReleased(model, current);
        requireOther(model, released, bundle.digest(), bundle.manifest().version());
        Trial trial = Trial.newBuilder()
                .setVersion(bundle.manifest().version())
                .setBundleUri(uri.toString())
                .setDigest(bundle.digest())
                .setMode(request.mode())
                .setPercentage(request.percentage())
                .setAutomatic(request.automatic())
                .setParentVersion(BundleReleases.parentVersion(bundle))
                .setStartedAt(clock.instant())
                .build();
        return publish(released, Releases.startTrial(released, trial, reason));
    }

    private static ModelRelease requireReleased(String model, @Nullable ModelRelease current)
            throws OperationException {
        if (current == null) {
            throw new OperationException(
                    Kind.CONFLICT, "%s was never released; promote a version first".formatted(model));
        }
        return current;
    }

    /** Ends the trial. @throws OperationException if none goes on */
    public ReleaseChange endTrial(String model, String reason) throws IOException, OperationException {
        ModelRelease current = requireReleased(model, releases.read().get(model));
        if (current.getTrial() == null) {
            throw new OperationException(Kind.CONFLICT, model + " has no version on trial");
        }
        return publish(current, Releases.endTrial(current, reason));
    }

    /**
     * Goes back to an earlier version.
     *
     * @param version its name, or the beginning of its digest; null is the one before
     * @throws OperationException if there is none to go back to, or its bundle cannot be served any more
     */
    public ReleaseChange rollback(String model, @Nullable String version, String reason)
            throws IOException, OperationException {
        Map<String, ModelRelease> newest = releases.read();
        ModelVersions versions = versions(model, newest);
        ModelRelease current = requireReleased(model, newest.get(model));
        List<ModelVersion> targets = versions.versions().stream()
                .filter(known -> known.status() == VersionStatus.ROLLBACK_TARGET)
                .toList();
        if (targets.isEmpty()) {
            throw new OperationException(
                    Kind.CONFLICT,
                    "%s cannot go back: no version was in service before %s".formatted(model, current.getVersion()));
        }
        ModelVersion target =
                version == null ? targets.get(0) : new ModelVersions(model, null, null, targets).require(version);
        ModelBundle bundle = open(model, target);
        ModelRelease next = Releases.rollback(current, bundle.manifest().version(), reason, clock.instant());
        if (!next.getDigest().equals(bundle.digest())) {
            // Of two earlier versions with one name, the newer.
            throw new OperationException(
                    Kind.CONFLICT,
                    "A later version of %s is called %s, too; promote %s instead"
                            .formatted(model, target.version(), bundle.digest()));
        }
        return publish(current, next);
    }

    /**
     * How two versions differ.
     *
     * @param before name of one, or the beginning of its digest
     * @param after of the other
     */
    public ModelDiff diff(String model, String before, String after) throws IOException, OperationException {
        ModelVersions versions = list(model);
        return ModelDiff.of(open(model, versions.require(before)), open(model, versions.require(after)));
    }

    private ReleaseChange publish(@Nullable ModelRelease before, ModelRelease after) throws IOException {
        releases.publish(after);
        return ReleaseChange.of(before, after);
    }
}
