package io.captionstream.release;

import io.captionstream.event.ModelRelease;
import io.captionstream.event.UndecodableEventException;

/** Makes releases of record values. */
@FunctionalInterface
public interface ReleaseDecoder {
    /**
     * Decodes a value.
     *
     * @throws UndecodableEventException if it will never become a release
     * @throws io.captionstream.event.RegistryUnavailableException if the registry could not be asked for its schema now
     */
    ModelRelease decode(byte[] value) throws UndecodableEventException;
}
