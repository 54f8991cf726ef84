package io.captionstream.caption;

import java.time.Duration;
import org.apache.kafka.common.header.Header;

/** Told of what happens to image events, mostly on stream threads: must be quick and must not throw. */
public interface CaptionListener {
    CaptionListener NONE = new CaptionListener() {};

    /**
     * An image event was taken in, or found in flight when its task began.
     *
     * @param headers of its record
     * @return follows it to its end
     */
    default ImageTrace received(String topic, int partition, long offset, Iterable<Header> headers) {
        return ImageTrace.NONE;
    }

    /**
     * A caption event was forwarded.
     *
     * @param sinceEvent since the timestamp of the image event's record; zero if that is in the future
     */
    default void captioned(Duration sinceReceived, Duration sinceEvent) {}

    /** An image was so long at one step of its way; once per model for the steps that each model has. */
    default void took(Step step, Duration time) {}

    /** A dead letter was forwarded. */
    default void deadLettered(ErrorCode code, Stage stage) {}

    /** An event stays in flight because something that is not its own does not work now. */
    default void postponed(PostponementCause cause) {}

    /** A task has begun, with this many images that were in flight before. */
    default void restored(String taskId, int images) {}

    /** An event that was read had to wait for room before its work began. */
    default void waited(Duration time) {}

    /** A version on trial had a part in an image. */
    default void tried(String model, TrialMode mode, TrialOutcome outcome) {}

    /** How much a task has in flight now; zeros when it is closed. */
    default void inFlight(String taskId, int images, long bytes) {}
}
