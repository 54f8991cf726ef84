package io.captionstream.caption;

import java.time.Duration;

/** Told of what happens to image events, mostly on stream threads: must be quick and must not throw. */
public interface CaptionListener {
    CaptionListener NONE = new CaptionListener() {};

    /** A caption event was forwarded. */
    default void captioned(Duration sinceReceived) {}

    /** A dead letter was forwarded. */
    default void deadLettered(ErrorCode code, Stage stage) {}

    /** An event stays in flight because the registry, or something that is closing, does not answer now. */
    default void postponed() {}

    /** A task has begun, with this many images found in flight. */
    default void restored(String taskId, int images) {}

    /** A record had to wait for room; {@code setAside} if in vain. */
    default void waited(Duration time, boolean setAside) {}

    /** A version on trial had a part in an image. */
    default void tried(String model, TrialMode mode, TrialOutcome outcome) {}

    /** How much a task has in flight now; zeros when it is closed. */
    default void inFlight(String taskId, int images, long bytes) {}
}
