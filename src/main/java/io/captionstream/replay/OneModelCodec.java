package io.captionstream.replay;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventCodec;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.UndecodableEventException;
import java.util.List;

/** Reads image events as if they asked for every model that there is, which in a replay is one. */
record OneModelCodec(EventCodec codec) implements EventCodec {
    @Override
    public ImageEvent decodeImageEvent(String topic, byte[] value) throws UndecodableEventException {
        ImageEvent event = codec.decodeImageEvent(topic, value);
        event.setModels(List.of());
        return event;
    }

    @Override
    public byte[] encodeCaptionEvent(String topic, CaptionEvent event) {
        return codec.encodeCaptionEvent(topic, event);
    }
}
