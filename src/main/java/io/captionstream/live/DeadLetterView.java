package io.captionstream.live;

import io.captionstream.deadletters.DeadLetter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as a page shows it.
 *
 * @param partition where the dead letter is
 * @param offset where the dead letter is
 * @param key of the image event; null if it had none
 * @param sourcePartition where the image event is; -1 if nothing says so
 * @param sourceOffset where the image event is; -1 if nothing says so
 */
public record DeadLetterView(
        int partition,
        long offset,
        Instant at,
        @Nullable String key,
        String code,
        String stage,
        String reason,
        int sourcePartition,
        long sourceOffset) {
    public static DeadLetterView of(DeadLetter letter) {
        return new DeadLetterView(
                letter.partition().partition(),
                letter.offset(),
                letter.at(),
                letter.key(),
                letter.code(),
                letter.stage(),
                letter.reason(),
                letter.sourcePartition(),
                letter.sourceOffset());
    }
}
