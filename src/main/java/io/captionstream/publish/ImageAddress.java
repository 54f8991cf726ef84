package io.captionstream.publish;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** An image at a URI. Its id is the URI, or of a data URI its digest. */
final class ImageAddress implements ImageInput {
    private static final Set<String> SCHEMES = Set.of("http", "https", "s3", "file", "data");

    private final String uri;
    private final EventTemplate template;

    ImageAddress(String uri, EventTemplate template) {
        this.uri = uri;
        this.template = template;
    }

    /** Whether something begins as the URIs do that the service fetches. */
    static boolean isAddress(String text) {
        int colon = text.indexOf(':');
        return colon > 0 && SCHEMES.contains(text.substring(0, colon).toLowerCase(Locale.ROOT));
    }

    static String id(String uri) {
        return uri.regionMatches(true, 0, "data:", 0, "data:".length())
                ? "data-" + Hashing.sha256().hashString(uri, StandardCharsets.UTF_8)
                : uri;
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(1);
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        sink.accept(template.reference(id(uri), uri));
    }
}
