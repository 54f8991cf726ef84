package io.captionstream.operations;

import io.captionstream.event.ModelRelease;
import java.io.IOException;
import java.util.Map;

/** The topic of releases, as operations need it. */
interface ReleaseRecords {
    /** The newest release of each model, by name. */
    Map<String, ModelRelease> read() throws IOException;

    /** Adds a release. */
    void publish(ModelRelease release) throws IOException;
}
