package io.captionstream.caption;

/** What becomes of the captions of a version on trial. */
public enum TrialMode {
    /** They go to a topic of their own, beside those of the version in service. */
    SHADOW,
    /** They take the place of those of the version in service. */
    CANARY
}
