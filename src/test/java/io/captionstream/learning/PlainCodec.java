package io.captionstream.learning;

import io.captionstream.event.LabeledPair;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;
import io.captionstream.labels.Pairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Events as Avro's single objects: needs no registry. */
final class PlainCodec implements LearningCodec {
    @FunctionalInterface
    private interface Decoding<T> {
        T of(ByteBuffer value) throws IOException;
    }

    @Override
    public LabeledPair pair(byte[] value) throws UndecodableEventException {
        return Pairs.decode(value);
    }

    @Override
    public TrainingCommand command(byte[] value) throws UndecodableEventException {
        return decode(value, TrainingCommand::fromByteBuffer);
    }

    @Override
    public ModelRelease release(byte[] value) throws UndecodableEventException {
        return decode(value, ModelRelease::fromByteBuffer);
    }

    TrainingReport report(byte[] value) throws UndecodableEventException {
        return decode(value, TrainingReport::fromByteBuffer);
    }

    @Override
    public byte[] encode(TrainingReport report) {
        return bytes(report::toByteBuffer);
    }

    @Override
    public byte[] encode(ModelRelease release) {
        return bytes(release::toByteBuffer);
    }

    byte[] encode(TrainingCommand command) {
        return bytes(command::toByteBuffer);
    }

    private static <T> T decode(byte[] value, Decoding<T> decoding) throws UndecodableEventException {
        try {
            return decoding.of(ByteBuffer.wrap(value));
        } catch (IOException | RuntimeException e) {
            throw new UndecodableEventException(UndecodableEventException.Kind.NOT_AVRO, "not the event", e);
        }
    }

    @FunctionalInterface
    private interface Encoding {
        ByteBuffer bytes() throws IOException;
    }

    private static byte[] bytes(Encoding encoding) {
        try {
            ByteBuffer buffer = encoding.bytes();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
