package io.captionstream.model;

import static java.util.Objects.requireNonNull;

import io.captionstream.network.GraphSignature;
import io.captionstream.network.InitialWeights;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.proto.SavedModel;

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

    public static BundleWriter.Contents contents(NetworkConfig network, BundleQuality quality) {
        BundleWriter.Contents contents = contents(network);
        return new BundleWriter.Contents(
                contents.name(),
                contents.version(),
                network,
                contents.weights(),
                contents.vocabulary(),
                contents.resize(),
                contents.decoding(),
                contents.metrics(),
                quality,
                contents.lineage(),
                contents.createdAt());
    }

    /** The bundle as a version that knew only the plain search would have written it; in the place of the given one. */
    public static ModelBundle withSearchOnly(ModelBundle bundle) throws IOException, BundleException {
        Path graph = bundle.directory().resolve(BundleManifest.GRAPH);
        SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(graph)).toBuilder();
        for (GraphSignature signature : GraphSignature.values()) {
            if (signature != GraphSignature.SEARCH) {
                model.getMetaGraphsBuilder(0).removeSignatureDef(signature.key());
            }
        }
        Files.write(graph, model.build().toByteArray());
        Path manifest = bundle.directory().resolve(BundleManifest.MANIFEST);
        String digest = requireNonNull(bundle.manifest().files().get(BundleManifest.GRAPH));
        Files.writeString(manifest, Files.readString(manifest).replace(digest, ModelBundle.sha256(graph)));
        return ModelBundle.open(bundle.directory());
    }

    static Vocabulary vocabulary(NetworkConfig network) {
        List<String> words = IntStream.range(4, network.vocabularySize())
                .mapToObj(id -> "word" + id)
                .toList();
        return Vocabulary.of(words);
    }
}
