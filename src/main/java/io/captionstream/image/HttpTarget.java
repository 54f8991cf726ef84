package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.apache.hc.core5.http.HttpHost;

/**
 * A checked http or https URI.
 *
 * @param uri absolute, with a host and without user-info
 */
record HttpTarget(URI uri) {
    private static final int MAX_LENGTH = 8192;
    private static final String UNSAFE = " \"<>\\^`{|}";

    /** @throws ImageException {@code INVALID_REFERENCE} */
    static HttpTarget parse(String uri) throws ImageException {
        return check(parseUri(uri));
    }

    /** The target of a redirect, which may be relative to this. Its scheme is not checked. */
    URI resolve(String location) throws ImageException {
        return uri.resolve(parseUri(location));
    }

    static HttpTarget check(URI uri) throws ImageException {
        if (uri.getRawUserInfo() != null) {
            throw ImageException.fetch(INVALID_REFERENCE, "User-info in a URI is not accepted");
        }
        if (uri.getHost() == null) {
            throw ImageException.fetch(
                    INVALID_REFERENCE, "The URI has no valid host: " + Redaction.redact(uri.toString()));
        }
        if (uri.getPort() == 0 || uri.getPort() > 65535) {
            throw ImageException.fetch(INVALID_REFERENCE, "The URI's port is out of range: " + uri.getPort());
        }
        return new HttpTarget(uri);
    }

    boolean isSecure() {
        return uri.getScheme().equalsIgnoreCase("https");
    }

    HttpHost host() {
        String host = uri.getHost();
        boolean bracketed = host.startsWith("[");
        return new HttpHost(
                uri.getScheme().toLowerCase(Locale.ROOT),
                bracketed ? host.substring(1, host.length() - 1) : host,
                uri.getPort());
    }

    /** Path and query as they go into the request line. */
    String pathAndQuery() {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    private static URI parseUri(String text) throws ImageException {
        if (text.length() > MAX_LENGTH) {
            throw ImageException.fetch(
                    INVALID_REFERENCE, "The URI has " + text.length() + " characters, the limit is " + MAX_LENGTH);
        }
        try {
            return new URI(escape(text));
        } catch (URISyntaxException e) {
            throw ImageException.fetch(INVALID_REFERENCE, "The URI is malformed: " + Redaction.redact(text), e);
        }
    }

    /** Escapes what browsers escape too; what cannot be meant, such as control characters, is left to be refused. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(UTF_8)) {
            if (b < 0 || UNSAFE.indexOf(b) >= 0) {
                escaped.append(String.format("%%%02X", b & 0xff));
            } else {
                escaped.append((char) b);
            }
        }
        return escaped.toString();
    }
}
