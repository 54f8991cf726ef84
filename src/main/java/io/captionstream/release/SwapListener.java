package io.captionstream.release;

import io.captionstream.model.ModelIdentity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hears how changes over go. Called from the thread that does them. */
public interface SwapListener {
    /** Hears nothing. */
    SwapListener NONE = new SwapListener() {};

    /**
     * A release serves.
     *
     * @param before what served until now; null if nothing did
     * @param took from the first look at the release to its first batch
     */
    default void onSwapped(Release release, @Nullable ModelIdentity before, Duration took) {}

    /**
     * A release could not be served; the model before goes on.
     *
     * @param lasting whether it will not be tried again
     */
    default void onFailed(Release release, Exception failure, boolean lasting) {}
}
