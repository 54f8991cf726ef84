package io.captionstream.image;

/**
 * Why an image could not be had. The names are part of the dead letters' format: they may be added to, never renamed.
 */
public enum ImageErrorCode {
    /** The reference itself is malformed: neither or both of URI and content, bad syntax, user-info in the URI. */
    INVALID_REFERENCE(false),
    /** The URI's scheme is none of http, https, s3, file and data. */
    UNSUPPORTED_SCHEME(false),
    /** The host is, or resolves to, an address that this service may not talk to. */
    FORBIDDEN_ADDRESS(false),
    /** The file is outside the configured roots, or there are none. */
    FORBIDDEN_PATH(false),
    /** The bucket is not among the configured ones. */
    FORBIDDEN_BUCKET(false),
    /** A redirect led to something other than http(s), or from https down to http. */
    FORBIDDEN_REDIRECT(false),
    /** More redirects than configured; a loop ends here too. */
    TOO_MANY_REDIRECTS(false),
    /** The host name does not resolve (now). */
    UNKNOWN_HOST(true),
    /** The connection was refused, reset, or ended before the image did. */
    CONNECTION_FAILED(true),
    /** The TLS handshake failed: a bad certificate, a wrong host name, no common protocol. */
    TLS_FAILED(false),
    /** No connection or no complete answer within the configured times. */
    TIMEOUT(true),
    /** There is no such image: 404, 410, no such file or key. */
    NOT_FOUND(false),
    /** The store denies access: 401, 403, an unreadable file. */
    ACCESS_DENIED(false),
    /** Any other answer that repeating will not change: other 4xx, unexpected statuses. */
    REQUEST_REFUSED(false),
    /** The answer is not HTTP as it should be: a broken or oversized header. */
    INVALID_RESPONSE(false),
    /** The server asks to slow down: 429. */
    TOO_MANY_REQUESTS(true),
    /** The server failed: 5xx, or a request time-out of its own (408). */
    SERVER_ERROR(true),
    /** Reading a file failed for another reason than access or absence. */
    READ_FAILED(true),
    /** The encoded image is larger than the limit. */
    TOO_MANY_BYTES(false),
    /** There are no bytes at all. */
    EMPTY_IMAGE(false),
    /** The bytes do not begin like a JPEG, PNG, GIF, BMP or WebP. */
    NOT_AN_IMAGE(false),
    /** One of the formats, but a variant of it that cannot be read, such as lossless or arithmetic-coded JPEG. */
    UNSUPPORTED_IMAGE(false),
    /** One of the formats, but damaged or truncated. */
    CORRUPT_IMAGE(false),
    /** The header announces more pixels than the limit; nothing was decoded. */
    TOO_MANY_PIXELS(false),
    /** There was no memory left to decode this image in. */
    OUT_OF_MEMORY(true),
    /**
     * Not the image: no source answers, or the only one that is asked does not. The message names it and why; the image is
     * to be loaded again later.
     */
    SOURCE_UNAVAILABLE(true),
    /** The loader was closed before the image was there. */
    CLOSED(true),
    /** A bug in this service; the cause says more. */
    INTERNAL_ERROR(false);

    private final boolean retriable;

    ImageErrorCode(boolean retriable) {
        this.retriable = retriable;
    }

    /** Whether the same reference may work later. {@link ImageLoader} has tried again before it reports such a code. */
    public boolean retriable() {
        return retriable;
    }
}
