package io.captionstream.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.captionstream.network.Weights;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run starts from; what is not given starts from seeded random numbers.
 *
 * @param weights any of the network's, for example those of a published encoder or of a whole model; may be empty
 * @param wordVectors replace the random ones of an embedding that {@code weights} does not give
 */
public record StartingPoint(Weights weights, Map<String, float[]> wordVectors) {
    public StartingPoint {
        requireNonNull(weights, "weights is null");
        wordVectors = Map.copyOf(wordVectors);
    }

    /** Random weights, but for the word vectors. */
    public static StartingPoint random(Map<String, float[]> wordVectors) {
        return new StartingPoint(Weights.EMPTY, wordVectors);
    }

    public static StartingPoint of(Weights weights) {
        return new StartingPoint(weights, Map.of());
    }

    boolean hasDecoder() {
        return !weights.decoder().names().isEmpty();
    }

    /** Of the weights; empty if there are none. */
    String weightsDigest() {
        return weights.names().isEmpty() ? "" : weights.digest();
    }

    /** Of the word vectors; empty if there are none. */
    String wordVectorsDigest() {
        if (wordVectors.isEmpty()) {
            return "";
        }
        Hasher hasher = Hashing.sha256().newHasher();
        new TreeMap<>(wordVectors).forEach((word, vector) -> {
            hasher.putString(word, UTF_8).putByte((byte) 0);
            for (float value : vector) {
                hasher.putFloat(value);
            }
        });
        return hasher.hash().toString();
    }
}
