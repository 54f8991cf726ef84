package io.captionstream.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.Streams;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Reads headers of records; of several with a name the last counts, as everywhere with Kafka. */
enum RecordHeaderGetter implements TextMapGetter<Iterable<Header>> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Iterable<Header> headers) {
        return Streams.stream(headers).map(Header::key).toList();
    }

    @Override
    public @Nullable String get(@Nullable Iterable<Header> headers, String key) {
        String value = null;
        if (headers != null) {
            for (Header header : headers) {
                if (header.key().equalsIgnoreCase(key) && header.value() != null) {
                    value = new String(header.value(), UTF_8);
                }
            }
        }
        return value;
    }
}
