package io.captionstream.caption;

import io.captionstream.caption.Outcome.Captioned;
import io.captionstream.caption.Outcome.Rejected;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Makes of each outcome the records that leave, in a form that their topics take: checked complete, with key and headers,
 * before anything is forwarded, since a record that is refused takes its transaction and its thread with it. There is no
 * outcome that nothing can be made of.
 */
final class Outlet {
    private final CaptionConfig config;
    private final CaptionHeaders headers;
    private final RecordLimits limits;
    private final Refusals refusals;

    Outlet(CaptionConfig config, RecordLimits limits, Refusals refusals) {
        this.config = config;
        this.headers = new CaptionHeaders(config.source());
        this.limits = limits;
        this.refusals = refusals;
    }

    /**
     * Records that leave together.
     *
     * @param rejected why there is no caption event; null if there is one
     */
    record Emission(
            OutcomeForm form,
            List<Leaving> records,
            @Nullable Rejected rejected) {}

    /** A record and the node that it leaves by. */
    @SuppressWarnings("ArrayRecordComponent")
    record Leaving(String sink, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {}

    /** @param now when it leaves */
    Emission emission(InFlightImage image, Outcome outcome, Instant now) {
        InFlightEntry entry = image.entry();
        OutcomeForm first = refusals.firstForm(new TopicPartition(entry.topic(), entry.partition()), entry.offset());
        if (outcome instanceof Captioned captioned) {
            Leaving caption = caption(image, captioned.value(), CaptionTopology.CAPTIONS, now);
            Rejected refusal = first == OutcomeForm.CAPTION ? refusal(image, caption) : refused(image);
            if (refusal == null) {
                List<Leaving> records = new ArrayList<>(List.of(caption));
                if (captioned.shadow() != null) {
                    Leaving shadow = caption(image, captioned.shadow(), CaptionTopology.SHADOWS, now);
                    // No reason to do without the captions in service.
                    if (limits.check(config.topics().shadowCaptions(), shadow.key(), shadow.value(), shadow.headers())
                            .fits()) {
                        records.add(shadow);
                    }
                }
                return new Emission(OutcomeForm.CAPTION, records, null);
            }
            return letter(entry, refusal, first);
        }
        if (outcome instanceof Rejected rejected) {
            return letter(entry, rejected, first);
        }
        throw new IllegalArgumentException("not an outcome to emit: " + outcome);
    }

    private Leaving caption(InFlightImage image, byte[] value, String sink, Instant now) {
        return new Leaving(sink, image.entry().key(), value, headers.of(image.entry(), image.trace(), sink, now));
    }

    /** Why a caption event cannot leave; null if it can. */
    private @Nullable Rejected refusal(InFlightImage image, Leaving caption) {
        String topic = config.topics().captionEvents();
        RecordLimits.Verdict verdict = limits.check(topic, caption.key(), caption.value(), caption.headers());
        return switch (verdict.obstacle()) {
            case NONE -> null;
            case TOO_LARGE ->
                rejected(
                        image,
                        ErrorCode.CAPTION_TOO_LARGE,
                        "The caption event has %d bytes with key and headers, and %s takes %d"
                                .formatted(verdict.size(), topic, verdict.limit()));
            case REQUIRES_KEY ->
                rejected(
                        image,
                        ErrorCode.CAPTION_REFUSED,
                        "%s is compacted and takes no record without a key".formatted(topic));
        };
    }

    private Rejected refused(InFlightImage image) {
        return rejected(
                image,
                ErrorCode.CAPTION_REFUSED,
                "The broker does not take the caption event into "
                        + config.topics().captionEvents());
    }

    private static Rejected rejected(InFlightImage image, ErrorCode code, String reason) {
        return new Rejected(
                code, Stage.EMIT, reason, Math.max(1, image.attempts()), IllegalArgumentException.class.getName());
    }

    private Emission letter(InFlightEntry entry, Rejected rejected, OutcomeForm first) {
        OutcomeForm form = first == OutcomeForm.CAPTION ? OutcomeForm.LETTER : first;
        while (true) {
            Leaving letter = letterIn(form, entry, rejected);
            if (form == OutcomeForm.REFERENCE
                    || limits.check(config.topics().deadLetters(), letter.key(), letter.value(), letter.headers())
                            .fits()) {
                return new Emission(form, List.of(letter), rejected);
            }
            form = form.next();
        }
    }

    private Leaving letterIn(OutcomeForm form, InFlightEntry entry, Rejected rejected) {
        byte[] key = DeadLetters.key(entry, form);
        byte[] value = DeadLetters.value(entry, form);
        Headers letterHeaders = DeadLetters.headers(entry, rejected, form);
        if (key == null
                && limits.check(config.topics().deadLetters(), null, value, letterHeaders)
                                .obstacle()
                        == RecordLimits.Obstacle.REQUIRES_KEY) {
            key = DeadLetters.substituteKey(entry);
        }
        return new Leaving(CaptionTopology.DEAD_LETTERS, key, value, letterHeaders);
    }
}
