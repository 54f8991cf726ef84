package io.captionstream.learning;

import io.captionstream.event.LabeledPair;
import io.captionstream.event.ModelRelease;
import io.captionstream.event.TrainingCommand;
import io.captionstream.event.TrainingReport;
import io.captionstream.event.UndecodableEventException;

/**
 * Translates between bytes and the events of learning. While the schema registry does not answer, each call waits for a
 * while before it throws {@link io.captionstream.event.RegistryUnavailableException}.
 */
public interface LearningCodec {
    LabeledPair pair(byte[] value) throws UndecodableEventException;

    TrainingCommand command(byte[] value) throws UndecodableEventException;

    ModelRelease release(byte[] value) throws UndecodableEventException;

    byte[] encode(TrainingReport report);

    byte[] encode(ModelRelease release);
}
