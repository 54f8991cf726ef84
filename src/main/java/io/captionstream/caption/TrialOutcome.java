package io.captionstream.caption;

/** What came of the part that a version on trial had in an image. */
public enum TrialOutcome {
    /** It captioned the image. */
    CAPTIONED,
    /** It did not: a canary's image was captioned by the version in service, a shadow's caption is missing. */
    FAILED,
    /** It took too long, with the same consequence. */
    LATE
}
