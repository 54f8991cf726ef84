package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.caption.Outcome.Rejected;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Headers of dead letters: those of the event, and what went wrong. The names that Kafka Streams gives its own dead
 * letters are used where they fit, with values in its format, text in UTF-8; the others begin with
 * {@code captionstream.error.}. An event that was a dead letter before and is replayed sheds the old ones.
 */
final class DeadLetters {
    static final String CODE = "captionstream.error.code";
    static final String CATEGORY = "captionstream.error.category";
    static final String STAGE = "captionstream.error.stage";
    static final String REASON = "captionstream.error.reason";
    static final String ATTEMPT = "captionstream.error.attempt";
    /** Only where the value was too large to be kept: its size in bytes. */
    static final String OMITTED_BYTES = "captionstream.error.omitted-bytes";

    static final String EXCEPTION = "__streams.errors.exception";
    static final String MESSAGE = "__streams.errors.message";
    static final String TOPIC = "__streams.errors.topic";
    static final String PARTITION = "__streams.errors.partition";
    static final String OFFSET = "__streams.errors.offset";

    private static final String OWN_PREFIX = "captionstream.error.";
    private static final String STREAMS_PREFIX = "__streams.errors.";
    private static final int MAX_REASON_CHARACTERS = 1000;

    private DeadLetters() {}

    /** The event's headers, without those that only dead letters have. */
    static Headers carriedThrough(InFlightEntry entry) {
        Headers headers = new RecordHeaders();
        for (Header header : entry.headers()) {
            if (!header.key().startsWith(OWN_PREFIX) && !header.key().startsWith(STREAMS_PREFIX)) {
                headers.add(header);
            }
        }
        return headers;
    }

    static Headers headers(InFlightEntry entry, Rejected rejected) {
        String reason = rejected.reason().length() > MAX_REASON_CHARACTERS
                ? rejected.reason().substring(0, MAX_REASON_CHARACTERS)
                : rejected.reason();
        Headers headers = carriedThrough(entry);
        add(headers, CODE, rejected.code().name());
        add(headers, CATEGORY, rejected.code().category().name());
        add(headers, STAGE, rejected.stage().name());
        add(headers, REASON, reason);
        add(headers, ATTEMPT, Integer.toString(rejected.attempt()));
        add(headers, EXCEPTION, rejected.exception());
        add(headers, MESSAGE, reason);
        add(headers, TOPIC, entry.topic());
        add(headers, PARTITION, Integer.toString(entry.partition()));
        add(headers, OFFSET, Long.toString(entry.offset()));
        if (entry.lacksValue()) {
            add(headers, OMITTED_BYTES, Integer.toString(entry.valueBytes()));
        }
        return headers;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }
}
