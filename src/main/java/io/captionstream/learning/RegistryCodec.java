package io.captionstream.learning;

import static java.util.Objects.requireNonNull;

import io.captionstream.event.ConfluentEventCodec;
import io.captionstream.event.LabeledPair;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.RegistryUnavailableException;
import io.captionstream.event.Topics;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;
import java.time.Duration;

/** Events in Confluent's wire format. */
public final class RegistryCodec implements LearningCodec {
    /** Shorter than the time-outs of a stream thread's consumer and transaction. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ConfluentEventCodec codec;
    private final Topics topics;

    public RegistryCodec(ConfluentEventCodec codec, Topics topics) {
        this.codec = requireNonNull(codec, "codec is null");
        this.topics = requireNonNull(topics, "topics is null");
    }

    @Override
    public LabeledPair pair(byte[] value) throws UndecodableEventException {
        return patiently(() -> codec.decode(topics.labeledPairs(), value, LabeledPair.class));
    }

    @Override
    public TrainingCommand command(byte[] value) throws UndecodableEventException {
        return patiently(() -> codec.decode(topics.trainingCommands(), value, TrainingCommand.class));
    }

    @Override
    public ModelRelease release(byte[] value) throws UndecodableEventException {
        return patiently(() -> codec.decode(topics.modelReleases(), value, ModelRelease.class));
    }

    @Override
    public byte[] encode(TrainingReport report) {
        return encode(topics.trainingReports(), report);
    }

    @Override
    public byte[] encode(ModelRelease release) {
        return encode(topics.modelReleases(), release);
    }

    private byte[] encode(String topic, org.apache.avro.specific.SpecificRecord event) {
        try {
            return patiently(() -> codec.encode(topic, event));
        } catch (UndecodableEventException e) {
            throw new IllegalStateException("encoding does not decode", e);
        }
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws UndecodableEventException;
    }

    private static <T> T patiently(Call<T> call) throws UndecodableEventException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.run();
            } catch (RegistryUnavailableException e) {
                if (System.nanoTime() > deadline || !pause()) {
                    throw e;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
