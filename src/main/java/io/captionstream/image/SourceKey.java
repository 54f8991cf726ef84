package io.captionstream.image;

import com.google.common.collect.ImmutableSet;
import java.net.URI;
import java.util.Locale;

/**
 * What images come from, as far as it hangs or fails as a whole: scheme, host and port, a bucket, or all that is local.
 *
 * @param name without credentials and paths, fit for messages
 * @param remote whether it is reached over the network, so that it can be down
 */
record SourceKey(String name, boolean remote) {
    private static final ImmutableSet<String> LOCAL = ImmutableSet.of("file", "data");
    private static final int MAX_HOST = 253;
    private static final int MAX_SCHEME = 16;

    /** Never fails: what is malformed shares a source, where it is refused without being asked for. */
    static SourceKey of(String uri) {
        int colon = uri.indexOf(':');
        if (colon <= 0 || colon > MAX_SCHEME) {
            return local("other");
        }
        String scheme = uri.substring(0, colon).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "http", "https" -> host(scheme, uri);
            case "s3" -> bucket(uri);
            default -> local(LOCAL.contains(scheme) ? scheme : "other");
        };
    }

    boolean isBucket() {
        return remote && name.startsWith("s3:");
    }

    private static SourceKey host(String scheme, String text) {
        URI uri;
        try {
            uri = HttpTarget.parse(text).uri();
        } catch (ImageException e) {
            return local(scheme);
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        if (host.length() > MAX_HOST) {
            return local(scheme);
        }
        int usual = scheme.equals("https") ? 443 : 80;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        return new SourceKey(scheme + "://" + host + (port == usual ? "" : ":" + port), true);
    }

    private static SourceKey bucket(String uri) {
        return S3Source.bucket(uri)
                .map(bucket -> new SourceKey("s3://" + bucket, true))
                .orElseGet(() -> local("s3"));
    }

    private static SourceKey local(String scheme) {
        return new SourceKey(scheme + ":", false);
    }
}
