package io.captionstream.learning;

/** What the owner of a model says, encoded. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface ModelOutput {
    byte[] value();

    /** For the topic of reports. */
    record Report(byte[] value) implements ModelOutput {}

    /** For the topic of releases. */
    record Release(byte[] value) implements ModelOutput {}
}
