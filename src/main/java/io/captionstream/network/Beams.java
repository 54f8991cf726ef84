package io.captionstream.network;

import org.tensorflow.Operand;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What a search gives: {@code K} captions of up to {@code T} tokens for each of {@code B} images.
 *
 * @param tokens {@code [B, K, T]}, after the end filled with the end token
 * @param logProbs {@code [B, K]}, sums over the tokens
 * @param tokenLogProbs {@code [B, K, T]}, zero after the end
 * @param lengths {@code [B, K]}, the end token included
 * @param finished {@code [B, K]}, whether the end was reached
 */
record Beams(
        Operand<TInt32> tokens,
        Operand<TFloat32> logProbs,
        Operand<TFloat32> tokenLogProbs,
        Operand<TInt32> lengths,
        Operand<TBool> finished) {}
