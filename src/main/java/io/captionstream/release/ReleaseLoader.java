package io.captionstream.release;

import io.captionstream.model.BundleException;
import io.captionstream.model.Captioner;
import io.captionstream.model.InferenceException;
import java.io.IOException;

/** Makes a captioner of a release: fetches, verifies, loads and warms it. */
@FunctionalInterface
public interface ReleaseLoader {
    /**
     * Blocks until the captioner is ready to serve at full speed.
     *
     * @return the caller's to close
     * @throws BundleException if the bundle is not what the release says, or none
     * @throws InferenceException if it cannot be loaded here, for example for lack of memory
     * @throws IOException if it cannot be fetched
     */
    Captioner load(Release release) throws BundleException, InferenceException, IOException;
}
