package io.captionstream.doctor;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What came of looking at something.
 *
 * @param check what was looked at, in a word
 * @param ailment what is wrong; null if nothing is, or if it could not be looked at
 * @param message what was found, for a person to read
 * @param remedy what to do; blank if there is nothing to do
 */
public record Finding(String check, Status status, @Nullable Ailment ailment, String message, String remedy) {
    /** How bad it is. */
    public enum Status {
        OK,
        /** The service works, but not as well or not for long. */
        WARNING,
        /** The service does not work. */
        PROBLEM,
        /** Could not be looked at; the message says why. */
        SKIPPED
    }

    public Finding {
        requireNonNull(check, "check is null");
        requireNonNull(status, "status is null");
        requireNonNull(message, "message is null");
        requireNonNull(remedy, "remedy is null");
    }

    static Finding ok(String check, String message) {
        return new Finding(check, Status.OK, null, message, "");
    }

    static Finding skipped(String check, String why) {
        return new Finding(check, Status.SKIPPED, null, why, "");
    }

    static Finding problem(String check, Ailment ailment, String message, String remedy) {
        return new Finding(check, Status.PROBLEM, ailment, message, remedy);
    }

    static Finding warning(String check, Ailment ailment, String message, String remedy) {
        return new Finding(check, Status.WARNING, ailment, message, remedy);
    }

    boolean isProblem() {
        return status == Status.PROBLEM;
    }
}
