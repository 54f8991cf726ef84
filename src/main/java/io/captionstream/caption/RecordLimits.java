package io.captionstream.caption;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What topics take. Implementations are quick and safe for use by many threads. */
@FunctionalInterface
public interface RecordLimits {
    /** Everything fits. */
    RecordLimits NONE = (topic, key, value, headers) -> Verdict.FITS;

    /** Whether a topic takes a record. */
    enum Verdict {
        FITS,
        TOO_LARGE,
        /** The topic is compacted, and the record has no key. */
        REQUIRES_KEY
    }

    /** Whether a topic takes a complete record now. */
    Verdict check(String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers);
}
