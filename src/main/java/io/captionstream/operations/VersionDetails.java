package io.captionstream.operations;

import static java.util.Objects.requireNonNull;

import io.captionstream.model.BundleManifest;

/**
 * A version in full.
 *
 * @param model its name
 * @param version what is known of it
 * @param manifest what its bundle says of itself: sizes, decoding, metrics, lineage, digests of the files
 */
public record VersionDetails(String model, ModelVersion version, BundleManifest manifest) {
    public VersionDetails {
        requireNonNull(model, "model is null");
        requireNonNull(version, "version is null");
        requireNonNull(manifest, "manifest is null");
    }
}
