package io.captionstream.labels;

import io.captionstream.event.LabeledPair;
import io.captionstream.event.UndecodableEventException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Values of labelled pairs without a registry. */
public final class Pairs {
    private Pairs() {}

    public static byte[] pair(String id, String uri, String... captions) {
        return encode(LabeledPair.newBuilder()
                .setId(id)
                .setUri(uri)
                .setCaptions(List.of(captions))
                .build());
    }

    public static byte[] inline(String id, byte[] content, String... captions) {
        return encode(LabeledPair.newBuilder()
                .setId(id)
                .setContent(ByteBuffer.wrap(content))
                .setCaptions(List.of(captions))
                .build());
    }

    public static byte[] encode(LabeledPair pair) {
        try {
            ByteBuffer bytes = pair.toByteBuffer();
            byte[] value = new byte[bytes.remaining()];
            bytes.get(value);
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] key(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }

    /** Decodes what {@link #encode} made. */
    public static LabeledPair decode(byte[] value) throws UndecodableEventException {
        try {
            return LabeledPair.fromByteBuffer(ByteBuffer.wrap(value));
        } catch (IOException | RuntimeException e) {
            throw new UndecodableEventException(UndecodableEventException.Kind.NOT_AVRO, "Not a pair", e);
        }
    }
}
