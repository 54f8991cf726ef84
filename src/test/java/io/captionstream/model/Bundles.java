package io.captionstream.model;

import io.captionstream.network.InitialWeights;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Contents of small bundles. */
public final class Bundles {
    private Bundles() {}

    public static BundleWriter.Contents contents(NetworkConfig network) {
        return contents(network, InitialWeights.of(network, 1));
    }

    public static BundleWriter.Contents contents(NetworkConfig network, Weights weights) {
        return new BundleWriter.Contents(
                network.architecture().modelName(),
                "1",
                network,
                weights,
                vocabulary(network),
                "stretch",
                new DecodingOptions(3, network.maxLength(), 0.7),
                Map.of("exactMatch", 0.5),
                Map.of("seed", "1"),
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    static Vocabulary vocabulary(NetworkConfig network) {
        List<String> words = IntStream.range(4, network.vocabularySize())
                .mapToObj(id -> "word" + id)
                .toList();
        return Vocabulary.of(words);
    }
}
