package io.captionstream.labels;

import static com.google.common.base.Preconditions.checkArgument;

import org.jspecify.annotations.Nullable;

/** A record that can never be learned from. The message is fit for headers: no contents, no credentials. */
public final class RefusedLabelException extends Exception {
    private final LabelOutcome outcome;

    RefusedLabelException(LabelOutcome outcome, String message) {
        this(outcome, message, null);
    }

    RefusedLabelException(LabelOutcome outcome, String message, @Nullable Throwable cause) {
        super(message, cause);
        checkArgument(outcome.isRefusal(), "%s refuses nothing", outcome);
        this.outcome = outcome;
    }

    public LabelOutcome outcome() {
        return outcome;
    }
}
