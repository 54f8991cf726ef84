package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version of a model that releases or the store know of.
 *
 * @param version for people
 * @param digest of the bundle, lower-case hexadecimal SHA-256
 * @param status what it is now
 * @param bundle where its bundle is
 * @param releasedAt when it last came into service or on trial; null if it never did, as far as is known
 * @param createdAt when it was made, ISO 8601, as its bundle says; null if that says nothing or cannot be read
 * @param metrics as its bundle says; empty if that cannot be read
 * @param problem why it cannot be served; null if nothing is known to be in the way
 */
public record ModelVersion(
        String version,
        String digest,
        VersionStatus status,
        URI bundle,
        @Nullable Instant releasedAt,
        @Nullable String createdAt,
        Map<String, Double> metrics,
        @Nullable String problem) {
    /** The shortest beginning of a digest that names a bundle. */
    static final int MIN_DIGEST = 6;

    public ModelVersion {
        requireNonNull(version, "version is null");
        requireNonNull(digest, "digest is null");
        requireNonNull(status, "status is null");
        requireNonNull(bundle, "bundle is null");
        metrics = ImmutableSortedMap.copyOf(metrics);
    }

    /** Whether a person's words for a version, its name or the beginning of its digest, mean this one. */
    boolean isMeantBy(String words) {
        return version.equals(words) || (words.length() >= MIN_DIGEST && digest.startsWith(words));
    }
}
