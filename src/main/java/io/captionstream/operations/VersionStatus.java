package io.captionstream.operations;

/** What a version of a model is to the release of the model. */
public enum VersionStatus {
    /** In service. */
    LIVE,
    /** Tried beside the one in service. */
    TRIAL,
    /** Was in service: a rollback can go back to it. */
    ROLLBACK_TARGET,
    /** Only kept in the store: rejected, or not yet released. */
    STORED
}
