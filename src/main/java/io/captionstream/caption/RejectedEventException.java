package io.captionstream.caption;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** An image event that will never have captions. The message is fit for the dead letter's headers. */
final class RejectedEventException extends Exception {
    private final ErrorCode code;
    private final Stage stage;

    RejectedEventException(ErrorCode code, Stage stage, String reason) {
        this(code, stage, reason, null);
    }

    RejectedEventException(ErrorCode code, Stage stage, String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.code = requireNonNull(code, "code is null");
        this.stage = requireNonNull(stage, "stage is null");
    }

    ErrorCode code() {
        return code;
    }

    Stage stage() {
        return stage;
    }
}
