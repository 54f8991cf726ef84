package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.CloudEventHeaders;
import io.captionstream.event.DeadLetterHeaders;
import java.net.URI;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Headers of caption events: those of the image event, but for what is said of that event only. */
final class CaptionHeaders {
    private static final String TYPE = CaptionEvent.getClassSchema().getFullName();

    private final @Nullable URI source;

    /** @param source of caption events as CloudEvents; null if they are not to be such */
    CaptionHeaders(@Nullable URI source) {
        this.source = source;
    }

    /**
     * @param name tells the events apart that are made of one image event; the same for the same event made again
     * @param now when it is sent
     */
    Headers of(InFlightEntry entry, ImageTrace trace, String name, Instant now) {
        Headers headers = DeadLetters.carriedThrough(entry);
        if (source == null) {
            CloudEventHeaders.remove(headers);
        } else {
            CloudEventHeaders.replace(
                    headers,
                    new CloudEventHeaders.Description(
                            source,
                            entry + "/" + name,
                            TYPE,
                            entry.key() == null ? null : new String(entry.key(), UTF_8),
                            now));
        }
        headers.add(
                DeadLetterHeaders.EVENT_TIME, Long.toString(entry.timestamp()).getBytes(UTF_8));
        trace.inject(headers);
        return headers;
    }
}
