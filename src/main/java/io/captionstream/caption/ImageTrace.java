package io.captionstream.caption;

import io.captionstream.image.LoadListener;
import io.captionstream.inference.Inference;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;

/**
 * Follows one image event from its receipt to one of {@link #captioned}, {@link #deadLettered} and {@link #abandoned}.
 * Told by the threads that work on it, one at a time but for what models do: must be quick and must not throw.
 */
public interface ImageTrace extends LoadListener {
    /** Follows nothing. */
    ImageTrace NONE = new ImageTrace() {};

    /**
     * The image was submitted to a model.
     *
     * @param trial whether to the version on trial
     * @param inference what will come of it
     */
    default void submitted(String model, boolean trial, CompletableFuture<Inference> inference) {}

    /** What is needed does not answer now; it will be tried again. */
    default void postponed(String reason) {}

    /** A caption event leaves: adds to its headers what its readers need to go on with the trace. */
    default void inject(Headers headers) {}

    /** Its caption event has left. */
    default void captioned() {}

    /** Its dead letter has left. */
    default void deadLettered(ErrorCode code, Stage stage) {}

    /** Its task is closed; the next owner of the partition begins anew. */
    default void abandoned() {}

    /** For logs; empty if there is no trace. */
    default String id() {
        return "";
    }
}
