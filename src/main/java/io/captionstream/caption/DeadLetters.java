package io.captionstream.caption;

import io.captionstream.caption.Outcome.Rejected;
import io.captionstream.event.DeadLetterHeaders;
import org.apache.kafka.common.header.Headers;

/** Headers of the dead letters of image events. */
final class DeadLetters {
    private DeadLetters() {}

    /** The event's headers, without those that only dead letters have. */
    static Headers carriedThrough(InFlightEntry entry) {
        return DeadLetterHeaders.carriedThrough(entry.headers());
    }

    static Headers headers(InFlightEntry entry, Rejected rejected) {
        DeadLetterHeaders headers = DeadLetterHeaders.of(entry.headers())
                .failure(rejected.code().name(), rejected.reason(), rejected.exception())
                .with(DeadLetterHeaders.CATEGORY, rejected.code().category().name())
                .with(DeadLetterHeaders.STAGE, rejected.stage().name())
                .with(DeadLetterHeaders.ATTEMPT, Integer.toString(rejected.attempt()))
                .origin(entry.topic(), entry.partition(), entry.offset());
        if (entry.lacksValue()) {
            headers.with(DeadLetterHeaders.OMITTED_BYTES, Integer.toString(entry.valueBytes()));
        }
        return headers.headers();
    }
}
