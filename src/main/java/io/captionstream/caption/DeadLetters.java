package io.captionstream.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.captionstream.caption.Outcome.Rejected;
import io.captionstream.event.DeadLetterHeaders;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Dead letters of image events, in each of their forms. */
final class DeadLetters {
    private static final int REFERENCE_REASON = 200;

    private DeadLetters() {}

    /** The event's headers, without those that only outcomes have. */
    static Headers carriedThrough(InFlightEntry entry) {
        return DeadLetterHeaders.carriedThrough(entry.headers());
    }

    static byte @Nullable [] key(InFlightEntry entry, OutcomeForm form) {
        return form == OutcomeForm.REFERENCE ? null : entry.key();
    }

    /** What stands for a key where there is none, and the topic requires one. */
    static byte[] substituteKey(InFlightEntry entry) {
        return entry.toString().getBytes(UTF_8);
    }

    static byte @Nullable [] value(InFlightEntry entry, OutcomeForm form) {
        return form == OutcomeForm.LETTER ? entry.value() : null;
    }

    static Headers headers(InFlightEntry entry, Rejected rejected, OutcomeForm form) {
        boolean carries = form.compareTo(OutcomeForm.LETTER_WITHOUT_HEADERS) < 0;
        DeadLetterHeaders headers = DeadLetterHeaders.of(carries ? entry.headers() : List.of())
                .failure(rejected.code().name(), reason(rejected, form), rejected.exception())
                .with(DeadLetterHeaders.CATEGORY, rejected.code().category().name())
                .with(DeadLetterHeaders.STAGE, rejected.stage().name())
                .with(DeadLetterHeaders.ATTEMPT, Integer.toString(rejected.attempt()))
                .with(DeadLetterHeaders.EVENT_TIME, Long.toString(entry.timestamp()))
                .origin(entry.topic(), entry.partition(), entry.offset());
        if (entry.valueBytes() > 0 && value(entry, form) == null) {
            headers.with(DeadLetterHeaders.OMITTED_BYTES, Integer.toString(entry.valueBytes()));
        }
        if (!carries && !entry.headers().isEmpty()) {
            headers.with(
                    DeadLetterHeaders.OMITTED_HEADERS,
                    Integer.toString(entry.headers().size()));
        }
        if (entry.key() != null && key(entry, form) == null) {
            headers.with(DeadLetterHeaders.OMITTED_KEY, Integer.toString(entry.key().length));
        }
        return headers.headers();
    }

    private static String reason(Rejected rejected, OutcomeForm form) {
        String reason = rejected.reason();
        return form == OutcomeForm.REFERENCE && reason.length() > REFERENCE_REASON
                ? reason.substring(0, REFERENCE_REASON)
                : reason;
    }
}
