package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.Weights;
import java.util.List;

/**
 * The weights of an encoder out of a published file.
 *
 * @param source what kind of file they came from, for people
 * @param variant which of the published networks they belong to
 * @param preprocessing what that network's publishers feed it
 * @param weights all tensors of the encoder, their names beginning with {@code encoder.}
 * @param notes what was left out or added, a sentence each
 */
public record ImportedEncoder(
        String source, EncoderVariant variant, Preprocessing preprocessing, Weights weights, List<String> notes) {
    public ImportedEncoder {
        requireNonNull(source, "source is null");
        requireNonNull(variant, "variant is null");
        requireNonNull(preprocessing, "preprocessing is null");
        requireNonNull(weights, "weights is null");
        notes = ImmutableList.copyOf(notes);
    }
}
