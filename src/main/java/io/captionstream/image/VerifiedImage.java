package io.captionstream.image;

import static java.util.Objects.requireNonNull;

/**
 * An encoded image that was fetched and found to be one.
 *
 * @param encoded its bytes, not copied
 * @param digest SHA-256 of them, 64 lower-case hexadecimal digits
 */
@SuppressWarnings("ArrayRecordComponent")
public record VerifiedImage(byte[] encoded, String digest) {
    public VerifiedImage {
        requireNonNull(encoded, "encoded is null");
        requireNonNull(digest, "digest is null");
    }
}
