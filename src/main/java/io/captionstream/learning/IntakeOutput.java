package io.captionstream.learning;

import org.jspecify.annotations.Nullable;

/** What the intake of labels passes on. */
sealed interface IntakeOutput permits Signal, IntakeOutput.DeadLetter {
    /**
     * A record that cannot be learned from.
     *
     * @param value as received
     */
    @SuppressWarnings("ArrayRecordComponent")
    record DeadLetter(byte @Nullable [] value) implements IntakeOutput {}
}
