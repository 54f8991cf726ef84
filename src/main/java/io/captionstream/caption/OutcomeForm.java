package io.captionstream.caption;

/**
 * The forms that the outcome of an event may have, from the one with most in it to the one that every topic takes.
 *
 * <pre>
 * CAPTION ──▶ LETTER ──▶ LETTER_WITHOUT_VALUE ──▶ LETTER_WITHOUT_HEADERS ──▶ REFERENCE
 * </pre>
 *
 * An event goes on to the next form where its topic does not take the one before.
 */
enum OutcomeForm {
    /** A caption event. */
    CAPTION,
    /** A dead letter with all that was received. */
    LETTER,
    /** A dead letter with the key and the headers. */
    LETTER_WITHOUT_VALUE,
    /** A dead letter with the key. */
    LETTER_WITHOUT_HEADERS,
    /** A dead letter that says why, and where the event stands. */
    REFERENCE;

    OutcomeForm next() {
        return values()[Math.min(ordinal() + 1, values().length - 1)];
    }
}
