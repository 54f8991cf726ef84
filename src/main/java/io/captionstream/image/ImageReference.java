package io.captionstream.image;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an image is, or the image itself. Exactly one of the two is set. The URI is not looked at here: a bad one fails
 * when it is loaded.
 *
 * @param uri an http, https, s3, file or data URI; null when the image is in {@code content}
 * @param content the encoded image, not copied; null when the image is at {@code uri}
 */
@SuppressWarnings("ArrayRecordComponent")
public record ImageReference(@Nullable String uri, byte @Nullable [] content) {
    public ImageReference {
        checkArgument((uri == null) != (content == null), "exactly one of uri and content must be set");
    }

    public static ImageReference ofUri(String uri) {
        return new ImageReference(requireNonNull(uri, "uri is null"), null);
    }

    public static ImageReference ofContent(byte[] content) {
        return new ImageReference(null, requireNonNull(content, "content is null"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageReference that
                && Objects.equals(uri, that.uri)
                && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hashCode(uri) + Arrays.hashCode(content);
    }

    /** The URI without user-info, query or a data URI's contents, fit for messages and logs. */
    @Override
    public String toString() {
        return content != null ? content.length + " inline bytes" : Redaction.redact(requireNonNull(uri));
    }
}
