package io.captionstream.learning;

import io.captionstream.event.ModelRelease;
import java.io.IOException;

/** Says what is released of a model now. */
@FunctionalInterface
public interface NewestRelease {
    /**
     * The newest release. If there has been none, then the version that the model starts with, as if it had been released;
     * its bundle is in the store.
     *
     * @throws IOException if it cannot be told now
     */
    ModelRelease of(String model) throws IOException;
}
