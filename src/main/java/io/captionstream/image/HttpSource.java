package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.ACCESS_DENIED;
import static io.captionstream.image.ImageErrorCode.CONNECTION_FAILED;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_ADDRESS;
import static io.captionstream.image.ImageErrorCode.FORBIDDEN_REDIRECT;
import static io.captionstream.image.ImageErrorCode.INVALID_RESPONSE;
import static io.captionstream.image.ImageErrorCode.NOT_FOUND;
import static io.captionstream.image.ImageErrorCode.REQUEST_REFUSED;
import static io.captionstream.image.ImageErrorCode.SERVER_ERROR;
import static io.captionstream.image.ImageErrorCode.TIMEOUT;
import static io.captionstream.image.ImageErrorCode.TLS_FAILED;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_REDIRECTS;
import static io.captionstream.image.ImageErrorCode.TOO_MANY_REQUESTS;
import static io.captionstream.image.ImageErrorCode.UNKNOWN_HOST;
import static java.util.Objects.requireNonNull;

import io.captionstream.image.GuardedDnsResolver.ForbiddenAddressException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/**
 * Fetches from http and https. Every request, redirects included, passes the {@link AddressPolicy} at the address that
 * is connected to. Redirects lead to http and https only, and from https to http only if that is configured: whoever
 * published an https address has been promised that nobody on the way changes the image.
 */
final class HttpSource implements ImageSource {
    private final HttpConfig config;
    private final CloseableHttpClient client;
    private final Clock clock;

    HttpSource(HttpConfig config, CloseableHttpClient client, Clock clock) {
        this.config = requireNonNull(config, "config is null");
        this.client = requireNonNull(client, "client is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public byte[] fetch(String uri, Fetch fetch) throws ImageException, InterruptedException {
        HttpTarget target = HttpTarget.parse(uri);
        for (int redirects = 0; ; redirects++) {
            HttpGet request = request(target);
            fetch.onStop(request::cancel);
            URI location;
            try (ClassicHttpResponse response =
                    client.executeOpen(target.host(), request, HttpClientContext.create())) {
                if (!isRedirect(response.getCode())) {
                    return body(response, fetch);
                }
                location = location(target, response);
            } catch (IOException e) {
                throw translate(e, target, fetch);
            }
            if (redirects == config.maxRedirects()) {
                throw ImageException.fetch(
                        TOO_MANY_REDIRECTS,
                        "More than " + config.maxRedirects() + " redirects: " + Redaction.redact(uri));
            }
            HttpTarget next = follow(target, location);
            if (!next.uri().getHost().equalsIgnoreCase(target.uri().getHost())) {
                fetch.redirected();
            }
            target = next;
        }
    }

    private static HttpGet request(HttpTarget target) {
        HttpGet request = new HttpGet(target.pathAndQuery());
        request.setHeader(HttpHeaders.ACCEPT, "image/*");
        request.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
        return request;
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI location(HttpTarget target, ClassicHttpResponse response) throws ImageException {
        @Nullable Header location = response.getFirstHeader(HttpHeaders.LOCATION);
        if (location == null || location.getValue() == null) {
            throw ImageException.fetch(INVALID_RESPONSE, "A redirect without a location");
        }
        return target.resolve(location.getValue());
    }

    private HttpTarget follow(HttpTarget from, URI location) throws ImageException {
        String scheme = String.valueOf(location.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw ImageException.fetch(FORBIDDEN_REDIRECT, "A redirect to scheme " + Redaction.printable(scheme));
        }
        HttpTarget to = HttpTarget.check(location);
        if (from.isSecure() && !to.isSecure() && !config.allowDowngrade()) {
            throw ImageException.fetch(FORBIDDEN_REDIRECT, "A redirect from https to http");
        }
        return to;
    }

    private byte[] body(ClassicHttpResponse response, Fetch fetch)
            throws ImageException, IOException, InterruptedException {
        int status = response.getCode();
        if (status != 200) {
            if (status == 429 || status == 503) {
                @Nullable Duration wait = retryAfter(response);
                if (wait != null) {
                    fetch.retryAfter(wait);
                }
            }
            throw ImageException.fetch(code(status), "The server answers with status " + status);
        }
        @Nullable HttpEntity entity = response.getEntity();
        if (entity == null) {
            return new byte[0];
        }
        return fetch.read(entity.getContent(), entity.getContentLength());
    }

    private static ImageErrorCode code(int status) {
        return switch (status) {
            case 404, 410 -> NOT_FOUND;
            case 401, 403 -> ACCESS_DENIED;
            case 408 -> SERVER_ERROR;
            case 429 -> TOO_MANY_REQUESTS;
            default -> status >= 500 ? SERVER_ERROR : REQUEST_REFUSED;
        };
    }

    /** RFC 9110: seconds or a date. */
    private @Nullable Duration retryAfter(ClassicHttpResponse response) {
        @Nullable Header header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        if (header == null || header.getValue() == null) {
            return null;
        }
        String value = header.getValue().trim();
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        @Nullable Instant date = DateUtils.parseStandardDate(value);
        if (date == null) {
            return null;
        }
        Duration wait = Duration.between(clock.instant(), date);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private static ImageException translate(IOException e, HttpTarget target, Fetch fetch) {
        String host = Redaction.printable(target.uri().getHost());
        if (e instanceof ForbiddenAddressException) {
            return ImageException.fetch(
                    FORBIDDEN_ADDRESS, "The host " + host + " has no address that may be connected to", e);
        }
        if (fetch.isStopped()) {
            return fetch.timeout(e);
        }
        if (e instanceof UnknownHostException) {
            return ImageException.fetch(UNKNOWN_HOST, "The host " + host + " does not resolve", e);
        }
        if (e instanceof SocketTimeoutException) {
            return ImageException.fetch(TIMEOUT, "The host " + host + " does not answer in time", e);
        }
        if (e instanceof SSLHandshakeException || e instanceof SSLPeerUnverifiedException) {
            return ImageException.fetch(TLS_FAILED, "No TLS connection to the host " + host, e);
        }
        if (e instanceof MessageConstraintException || e.getCause() instanceof ProtocolException) {
            return ImageException.fetch(INVALID_RESPONSE, "The host " + host + " does not answer in proper HTTP", e);
        }
        return ImageException.fetch(CONNECTION_FAILED, "The connection to the host " + host + " failed", e);
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
