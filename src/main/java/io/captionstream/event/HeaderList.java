package io.captionstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Headers of which many can be removed in one pass. Kafka's own move all that follows for each one that is removed, which
 * is quadratic, and a record may bring hundreds of thousands.
 */
final class HeaderList implements Headers {
    private final List<Header> headers = new ArrayList<>();

    /** Removes what matches: in one pass if they are of this class, else in one for each name. */
    static void removeIf(Headers headers, Predicate<Header> unwanted) {
        if (headers instanceof HeaderList list) {
            list.headers.removeIf(unwanted);
            return;
        }
        Set<String> names = new HashSet<>();
        headers.forEach(header -> {
            if (unwanted.test(header)) {
                names.add(header.key());
            }
        });
        names.forEach(headers::remove);
    }

    @Override
    public Headers add(Header header) {
        headers.add(requireNonNull(header, "header is null"));
        return this;
    }

    @Override
    public Headers add(String key, byte @Nullable [] value) {
        return add(new RecordHeader(key, value));
    }

    @Override
    public Headers remove(String key) {
        headers.removeIf(header -> header.key().equals(key));
        return this;
    }

    @Override
    public @Nullable Header lastHeader(String key) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).key().equals(key)) {
                return headers.get(i);
            }
        }
        return null;
    }

    @Override
    public Iterable<Header> headers(String key) {
        return headers.stream().filter(header -> header.key().equals(key)).toList();
    }

    @Override
    public Header[] toArray() {
        return headers.toArray(Header[]::new);
    }

    @Override
    public Iterator<Header> iterator() {
        return headers.iterator();
    }

    /** Names and values as text. */
    @Override
    public String toString() {
        return headers.stream()
                .map(header -> header.key() + "=" + (header.value() == null ? "" : new String(header.value(), UTF_8)))
                .toList()
                .toString();
    }
}
