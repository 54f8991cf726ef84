package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.Trial;
import org.jspecify.annotations.Nullable;

/**
 * What an operation has made of a model's release.
 *
 * @param before the version in service before; null if there was no release
 * @param version the version in service now
 * @param digest of its bundle
 * @param trial the version on trial now; null if there is none
 * @param reason as the release says
 */
public record ReleaseChange(
        String model,
        @Nullable String before,
        String version,
        String digest,
        @Nullable String trial,
        String reason) {
    public ReleaseChange {
        requireNonNull(model, "model is null");
        requireNonNull(version, "version is null");
        requireNonNull(digest, "digest is null");
        requireNonNull(reason, "reason is null");
    }

    static ReleaseChange of(@Nullable ModelRelease before, ModelRelease after) {
        Trial trial = after.getTrial();
        return new ReleaseChange(
                after.getModel(),
                before == null ? null : before.getVersion(),
                after.getVersion(),
                after.getDigest(),
                trial == null ? null : trial.getVersion(),
                after.getReason());
    }
}
