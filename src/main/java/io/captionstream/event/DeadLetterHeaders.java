package io.captionstream.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Headers of dead letters: those of the record, and what went wrong. The names that Kafka Streams gives its own dead
 * letters are used where they fit, with values in its format, text in UTF-8; the others begin with
 * {@code captionstream.error.}. A record that was a dead letter before and is replayed sheds the old ones.
 */
public final class DeadLetterHeaders {
    public static final String CODE = "captionstream.error.code";
    public static final String CATEGORY = "captionstream.error.category";
    public static final String STAGE = "captionstream.error.stage";
    public static final String REASON = "captionstream.error.reason";
    public static final String ATTEMPT = "captionstream.error.attempt";
    /** Only where the value was too large to be kept: its size in bytes. */
    public static final String OMITTED_BYTES = "captionstream.error.omitted-bytes";
    /** Only where the headers did not fit: how many the record had. */
    public static final String OMITTED_HEADERS = "captionstream.error.omitted-headers";
    /** Only where the key did not fit: its size in bytes. */
    public static final String OMITTED_KEY = "captionstream.error.omitted-key";

    /** Of every outcome: the timestamp of the record that it is of, in milliseconds since 1970. */
    public static final String EVENT_TIME = "captionstream.event.time";

    /** Not an error's: of a record that was a dead letter and is tried again, which letter, as topic-partition@offset. */
    public static final String RETRY_OF = "captionstream.retry.of";

    public static final String EXCEPTION = "__streams.errors.exception";
    public static final String MESSAGE = "__streams.errors.message";
    public static final String TOPIC = "__streams.errors.topic";
    public static final String PARTITION = "__streams.errors.partition";
    public static final String OFFSET = "__streams.errors.offset";

    private static final String OWN_PREFIX = "captionstream.error.";
    private static final String STREAMS_PREFIX = "__streams.errors.";
    private static final int MAX_REASON_CHARACTERS = 1000;

    private final Headers headers;

    private DeadLetterHeaders(Headers headers) {
        this.headers = headers;
    }

    /** The headers without those that only dead letters have. */
    public static Headers carriedThrough(Iterable<Header> received) {
        Headers headers = new HeaderList();
        for (Header header : received) {
            if (!header.key().startsWith(OWN_PREFIX)
                    && !header.key().startsWith(STREAMS_PREFIX)
                    && !header.key().equals(EVENT_TIME)) {
                headers.add(header);
            }
        }
        return headers;
    }

    /** Begins with what is carried through. */
    public static DeadLetterHeaders of(Iterable<Header> received) {
        return new DeadLetterHeaders(carriedThrough(received));
    }

    /**
     * Says why.
     *
     * @param reason fit for headers; cut if it is long
     * @param exception class of what was thrown
     */
    public DeadLetterHeaders failure(String code, String reason, String exception) {
        String cut = reason.length() > MAX_REASON_CHARACTERS ? reason.substring(0, MAX_REASON_CHARACTERS) : reason;
        return with(CODE, code).with(REASON, cut).with(EXCEPTION, exception).with(MESSAGE, cut);
    }

    /** Says where the record was read. */
    public DeadLetterHeaders origin(String topic, int partition, long offset) {
        return with(TOPIC, topic).with(PARTITION, Integer.toString(partition)).with(OFFSET, Long.toString(offset));
    }

    public DeadLetterHeaders with(String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
        return this;
    }

    public Headers headers() {
        return headers;
    }
}
