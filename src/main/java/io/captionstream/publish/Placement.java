package io.captionstream.publish;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Splitter;
import com.google.common.net.UrlEscapers;
import io.captionstream.event.ImageEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How local images become events: inside of them, or as the URI where the service finds them.
 *
 * @param uriPrefix what stands before an image's path to make its URI, for example {@code s3://bucket/photos/}; null
 *     puts the image itself into the event
 */
public record Placement(@Nullable String uriPrefix) {
    /** What topics and producers are set up for, less what surrounds an image. */
    private static final long MAX_INLINE_BYTES = (32 << 20) - (64 << 10);

    private static final Splitter SEGMENTS = Splitter.on('/');

    /** Puts images into their events. */
    public static Placement inline() {
        return new Placement(null);
    }

    /** Names images by URIs. */
    public static Placement under(String uriPrefix) {
        return new Placement(requireNonNull(uriPrefix, "uriPrefix is null"));
    }

    /**
     * Makes the event of a file.
     *
     * @param path relative path with {@code /} between its parts, which follows the prefix
     * @throws IOException if the file cannot be read, or is too large for an event
     */
    void place(ImageEvent event, Path file, String path) throws IOException {
        if (uriPrefix == null) {
            event.setContent(ByteBuffer.wrap(read(file)));
        } else {
            event.setUri(uriPrefix
                    + SEGMENTS.splitToStream(path)
                            .map(UrlEscapers.urlPathSegmentEscaper()::escape)
                            .collect(Collectors.joining("/")));
        }
    }

    private static byte[] read(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > MAX_INLINE_BYTES) {
            throw new IOException(
                    "%s has %d bytes, too many for an event: put it where the service can fetch it and give --uri-prefix"
                            .formatted(file, bytes));
        }
        return Files.readAllBytes(file);
    }
}
