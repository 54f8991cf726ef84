package io.captionstream.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.Streams;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads headers of records; of several with a name the last with a value counts. Values that are longer than any
 * propagator writes are passed over rather than parsed.
 */
enum RecordHeaderGetter implements TextMapGetter<Iterable<Header>> {
    INSTANCE;

    /** The limit of W3C's baggage, which is the longest. */
    private static final int MAX_BYTES = 8192;

    @Override
    public Iterable<String> keys(Iterable<Header> headers) {
        return Streams.stream(headers).map(Header::key).toList();
    }

    @Override
    public @Nullable String get(@Nullable Iterable<Header> headers, String key) {
        byte[] value = null;
        if (headers != null) {
            for (Header header : headers) {
                if (header.key().equalsIgnoreCase(key) && header.value() != null) {
                    value = header.value();
                }
            }
        }
        return value == null || value.length > MAX_BYTES ? null : new String(value, UTF_8);
    }
}
