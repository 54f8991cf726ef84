package io.captionstream.weights;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.Weights;

/**
 * The weights of a decoder out of a file.
 *
 * @param embeddingSize length of a word vector
 * @param hiddenSize length of the LSTM's state
 * @param weights all tensors of the decoder, their names beginning with {@code decoder.}
 */
public record ImportedDecoder(int embeddingSize, int hiddenSize, Weights weights) {
    public ImportedDecoder {
        requireNonNull(weights, "weights is null");
    }
}
