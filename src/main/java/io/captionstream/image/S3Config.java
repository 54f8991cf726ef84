package io.captionstream.image;

import com.google.common.collect.ImmutableSet;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What applies to {@code s3:}. Credentials come from the SDK's default chain. The endpoint is the operator's choice, so
 * the address checks of http do not apply to it.
 *
 * @param endpoint of an S3-compatible store; null is AWS
 * @param region null asks the SDK's default chain, or is {@code us-east-1} if there is an endpoint
 * @param pathStyle whether the bucket goes into the path instead of the host name
 * @param buckets the buckets that may be read; empty is any the credentials can read
 */
public record S3Config(@Nullable URI endpoint, @Nullable String region, boolean pathStyle, Set<String> buckets) {
    public S3Config {
        buckets = ImmutableSet.copyOf(buckets);
    }

    public static S3Config defaults() {
        return new S3Config(null, null, false, Set.of());
    }
}
