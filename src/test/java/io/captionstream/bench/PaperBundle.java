package io.captionstream.bench;

import io.captionstream.model.BundleWriter;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.ModelBundle;
import io.captionstream.network.Architecture;
import io.captionstream.network.InitialWeights;
import io.captionstream.network.NetworkConfig;
import io.captionstream.text.Vocabulary;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** A bundle of {@code resnet50-lstm} at full size with random weights: as fast, and as slow, as a trained one. */
final class PaperBundle {
    private static final int WORDS = 9_996;
    private static final long SEED = 1;

    private PaperBundle() {}

    static Path write(Path directory) throws Exception {
        return write(directory.resolve(Architecture.RESNET50_LSTM.modelName()), "random")
                .directory();
    }

    /** Another version has the same weights. */
    static ModelBundle write(Path directory, String version) throws Exception {
        Vocabulary vocabulary = Vocabulary.of(
                IntStream.range(0, WORDS).mapToObj(word -> "word" + word).toList());
        NetworkConfig network = NetworkConfig.paper(Architecture.RESNET50_LSTM, vocabulary.size());
        return BundleWriter.write(
                directory,
                new BundleWriter.Contents(
                        Architecture.RESNET50_LSTM.modelName(),
                        version,
                        network,
                        InitialWeights.of(network, SEED),
                        vocabulary,
                        "stretch",
                        new DecodingOptions(3, 20, 0.7),
                        Map.of(),
                        Map.of(),
                        null));
    }
}
