package io.captionstream.labels;

import io.captionstream.event.LabeledPair;
import io.captionstream.event.UndecodableEventException;

/** Makes labelled pairs of record values. */
@FunctionalInterface
public interface LabelDecoder {
    /**
     * Decodes a value.
     *
     * @throws UndecodableEventException if it will never become a labelled pair
     * @throws io.captionstream.event.RegistryUnavailableException if the registry could not be asked for its schema now
     */
    LabeledPair decode(byte[] value) throws UndecodableEventException;
}
