package io.captionstream.image;

import static io.captionstream.image.ImageErrorCode.CLOSED;
import static io.captionstream.image.ImageErrorCode.INTERNAL_ERROR;
import static io.captionstream.image.ImageErrorCode.INVALID_REFERENCE;
import static io.captionstream.image.ImageErrorCode.UNSUPPORTED_SCHEME;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** Fetches from the source of a URI's scheme, again if that may help. */
final class ImageFetcher implements AutoCloseable {
    private static final int MAX_SCHEME = 16;
    private static final double JITTER = 0.25;

    private final Map<String, ImageSource> sources;
    private final FetchConfig config;

    ImageFetcher(Map<String, ImageSource> sources, FetchConfig config) {
        this.sources = ImmutableMap.copyOf(sources);
        this.config = requireNonNull(config, "config is null");
    }

    /**
     * @param attempts asked before each attempt, and told what came of it
     * @return the encoded bytes, for which the fetch holds memory until it is released
     * @throws ImageException if it cannot be had, after all attempts
     */
    byte[] fetch(String uri, Fetch fetch, Attempts attempts) throws ImageException {
        ImageSource source = source(uri);
        try {
            return Failsafe.with(retries(fetch, attempts)).get(() -> attempt(source, uri, fetch, attempts));
        } catch (FailsafeException e) {
            if (e.getCause() instanceof ImageException image) {
                throw image;
            }
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                throw ImageException.fetch(CLOSED, "The image loader was closed", e.getCause());
            }
            throw internal(e.getCause());
        } catch (RuntimeException e) {
            throw internal(e);
        } finally {
            fetch.end();
        }
    }

    private static byte[] attempt(ImageSource source, String uri, Fetch fetch, Attempts attempts)
            throws ImageException, InterruptedException {
        fetch.beginAttempt();
        boolean complete = false;
        try {
            attempts.begin();
            byte[] bytes = source.fetch(uri, fetch);
            complete = true;
            attempts.answered();
            return bytes;
        } catch (ImageException e) {
            attempts.failed(e.code(), fetch.isRedirected());
            throw e;
        } finally {
            fetch.endAttempt();
            if (!complete) {
                fetch.release();
            }
        }
    }

    private RetryPolicy<byte[]> retries(Fetch fetch, Attempts attempts) {
        return RetryPolicy.<byte[]>builder()
                .withMaxAttempts(config.maxAttempts())
                .withBackoff(config.backoff(), config.maxBackoff())
                .withJitter(JITTER)
                // Negative falls back to the backoff. The jitter may take its share away again: never before the time
                // asked.
                .withDelayFn(context -> {
                    Duration asked = fetch.retryAfter();
                    return asked == null
                            ? Duration.ofNanos(-1)
                            : Duration.ofNanos((long) Math.ceil(asked.toNanos() / (1 - JITTER)));
                })
                .handleIf(failure -> mayPass(failure, fetch, attempts))
                .build();
    }

    private boolean mayPass(Throwable failure, Fetch fetch, Attempts attempts) {
        Duration asked = fetch.retryAfter();
        return failure instanceof ImageException image
                && image.code().retriable()
                && !fetch.isExpired()
                && attempts.mayGoOn()
                && (asked == null || asked.compareTo(config.maxBackoff()) <= 0);
    }

    private ImageSource source(String uri) throws ImageException {
        int colon = uri.indexOf(':');
        if (colon <= 0 || !uri.substring(0, Math.min(colon, MAX_SCHEME)).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
            throw ImageException.fetch(INVALID_REFERENCE, "Not an absolute URI: " + Redaction.redact(uri));
        }
        String scheme = uri.substring(0, Math.min(colon, MAX_SCHEME)).toLowerCase(Locale.ROOT);
        ImageSource source = sources.get(scheme);
        if (source == null) {
            throw ImageException.fetch(
                    UNSUPPORTED_SCHEME, "The scheme " + scheme + " is none of " + String.join(", ", sources.keySet()));
        }
        return source;
    }

    private static ImageException internal(Throwable cause) {
        return ImageException.fetch(
                INTERNAL_ERROR, "Fetching failed: " + cause.getClass().getSimpleName(), cause);
    }

    @Override
    public void close() {
        sources.values().forEach(ImageSource::close);
    }
}
