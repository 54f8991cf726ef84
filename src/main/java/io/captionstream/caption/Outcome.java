package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** What came of an image event. */
sealed interface Outcome {
    /**
     * An encoded caption event.
     *
     * @param shadow the caption event of versions on trial in shadow mode, encoded; null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Captioned(byte[] value, byte @Nullable [] shadow) implements Outcome {
        public Captioned {
            requireNonNull(value, "value is null");
        }
    }

    /**
     * It will never have captions.
     *
     * @param reason fit for headers: no contents, no credentials
     * @param attempt how often it was tried
     * @param exception class of what was thrown
     */
    record Rejected(ErrorCode code, Stage stage, String reason, int attempt, String exception) implements Outcome {
        public Rejected {
            requireNonNull(code, "code is null");
            requireNonNull(stage, "stage is null");
            requireNonNull(reason, "reason is null");
            requireNonNull(exception, "exception is null");
        }
    }

    /**
     * Nothing yet: to be tried again later.
     *
     * @param unwritten the caption events if only writing it failed; null if the work begins anew
     */
    record Postponed(
            PostponementCause cause,
            String reason,
            @Nullable UnwrittenCaptions unwritten) implements Outcome {
        public Postponed {
            requireNonNull(cause, "cause is null");
            requireNonNull(reason, "reason is null");
        }
    }
}
