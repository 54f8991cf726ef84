package io.captionstream.release;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.Trial;
import java.net.URI;
import java.util.Optional;

/**
 * A version of a model that is to be served.
 *
 * @param model its name
 * @param version for people
 * @param bundle where its bundle is
 * @param digest of the bundle, lower-case hexadecimal SHA-256: what the version really is
 */
public record Release(String model, String version, URI bundle, String digest) {
    public Release {
        checkArgument(!model.isBlank(), "model is blank");
        checkArgument(!version.isBlank(), "version is blank");
        requireNonNull(bundle, "bundle is null");
        checkArgument(digest.matches("[0-9a-f]{64}"), "not a digest: %s", digest);
    }

    /**
     * What a record of the topic puts into service.
     *
     * @throws IllegalArgumentException if it names nothing that could be served
     */
    public static Release of(ModelRelease release) {
        return new Release(
                release.getModel(), release.getVersion(), URI.create(release.getBundleUri()), release.getDigest());
    }

    /** What it puts on trial, if anything. Errors as of {@link #of}. */
    public static Optional<Release> trialOf(ModelRelease release) {
        Trial trial = release.getTrial();
        return trial == null
                ? Optional.empty()
                : Optional.of(new Release(
                        release.getModel(), trial.getVersion(), URI.create(trial.getBundleUri()), trial.getDigest()));
    }
}
