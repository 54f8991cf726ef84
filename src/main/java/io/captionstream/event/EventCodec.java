package io.captionstream.event;

/** Translates between Avro bytes and events. Implementations are safe for use by many threads. */
public interface EventCodec {
    /**
     * Decodes an image event.
     *
     * @param topic topic the bytes were read from
     * @param value the record value
     * @throws UndecodableEventException if these bytes will never become an image event
     * @throws RegistryUnavailableException if the registry could not be asked for the schema now
     */
    ImageEvent decodeImageEvent(String topic, byte[] value) throws UndecodableEventException;

    /**
     * Encodes a caption event.
     *
     * @param topic topic the bytes will be written to
     * @throws RegistryUnavailableException if the registry could not be asked for the schema's id now
     */
    byte[] encodeCaptionEvent(String topic, CaptionEvent event);
}
