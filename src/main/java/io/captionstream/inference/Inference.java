package io.captionstream.inference;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.captionstream.model.Alternative;
import io.captionstream.model.ModelIdentity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model said of one image.
 *
 * @param model exactly the weights that said it
 * @param alternatives best first, never empty
 * @param confidence how likely the first alternative is right, from 0 to 1; null if the model was not calibrated
 * @param precision {@code fp32} or {@code bf16}
 * @param batchSize images captioned together with this one, itself included, padding not
 * @param queueTime from submission to the start of inference
 * @param inferenceTime time the batch spent in the model
 * @param run the run of the model that the image was in
 */
public record Inference(
        ModelIdentity model,
        List<Alternative> alternatives,
        @Nullable Double confidence,
        String precision,
        int batchSize,
        Duration queueTime,
        Duration inferenceTime,
        BatchTrace run) {
    public Inference {
        requireNonNull(model, "model is null");
        alternatives = ImmutableList.copyOf(alternatives);
        checkArgument(!alternatives.isEmpty(), "alternatives is empty");
        requireNonNull(precision, "precision is null");
        requireNonNull(queueTime, "queueTime is null");
        requireNonNull(inferenceTime, "inferenceTime is null");
        requireNonNull(run, "run is null");
    }
}
