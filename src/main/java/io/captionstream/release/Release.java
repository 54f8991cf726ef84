package io.captionstream.release;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.net.URI;

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
}
