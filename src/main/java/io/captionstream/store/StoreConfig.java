package io.captionstream.store;

import static com.google.common.base.Preconditions.checkArgument;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a store is.
 *
 * @param root {@code file:///folder} or {@code s3://bucket/prefix}
 * @param endpoint of an S3-compatible store; null is AWS
 * @param region null asks the SDK's default chain, or is {@code us-east-1} if there is an endpoint
 * @param pathStyle whether the bucket goes into the path instead of the host name
 */
public record StoreConfig(
        URI root, @Nullable URI endpoint, @Nullable String region, boolean pathStyle) {
    public StoreConfig {
        String scheme = root.getScheme();
        checkArgument(
                "file".equals(scheme) || "s3".equals(scheme),
                "the bundle store must be file:///folder or s3://bucket/prefix: %s",
                root);
        checkArgument(
                !"s3".equals(scheme)
                        || (root.getAuthority() != null && !root.getAuthority().isEmpty()),
                "the bundle store names no bucket: %s",
                root);
    }

    /** A folder, or a bucket of AWS. */
    public static StoreConfig of(URI root) {
        return new StoreConfig(root, null, null, false);
    }
}
