package io.captionstream.caption;

import io.captionstream.event.CaptionEvent;
import io.captionstream.event.EventCodec;
import io.captionstream.event.ImageEvent;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.event.UndecodableEventException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Plain Avro with its schema's fingerprint, and a registry that can be down. */
final class FakeCodec implements EventCodec {
    private volatile boolean down;

    void down(boolean down) {
        this.down = down;
    }

    static byte[] encode(ImageEvent event) {
        try {
            ByteBuffer buffer = event.toByteBuffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CaptionEvent decode(byte[] value) {
        try {
            return CaptionEvent.fromByteBuffer(ByteBuffer.wrap(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ImageEvent decodeImageEvent(String topic, byte[] value) throws UndecodableEventException {
        check();
        try {
            return ImageEvent.fromByteBuffer(ByteBuffer.wrap(value));
        } catch (IOException | RuntimeException e) {
            throw new UndecodableEventException(Kind.NOT_AVRO, "not an image event", e);
        }
    }

    @Override
    public byte[] encodeCaptionEvent(String topic, CaptionEvent event) {
        check();
        try {
            ByteBuffer buffer = event.toByteBuffer();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check() {
        if (down) {
            throw new RegistryUnavailableException("registry is down", new IOException("refused"));
        }
    }
}
