package io.captionstream.inference;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.captionstream.model.Alternative;
import io.captionstream.model.ModelIdentity;
import java.time.Duration;
import java.util.List;

/**
 * What a model said of one image.
 *
 * @param model exactly the weights that said it
 * @param alternatives best first, never empty
 * @param batchSize images captioned together with this one, itself included, padding not
 * @param queueTime from submission to the start of inference
 * @param inferenceTime time the batch spent in the model
 */
public record Inference(
        ModelIdentity model,
        List<Alternative> alternatives,
        int batchSize,
        Duration queueTime,
        Duration inferenceTime) {
    public Inference {
        requireNonNull(model, "model is null");
        alternatives = ImmutableList.copyOf(alternatives);
        checkArgument(!alternatives.isEmpty(), "alternatives is empty");
        requireNonNull(queueTime, "queueTime is null");
        requireNonNull(inferenceTime, "inferenceTime is null");
    }
}
