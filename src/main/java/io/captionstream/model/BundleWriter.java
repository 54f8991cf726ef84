package io.captionstream.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.network.FrozenGraph;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Safetensors;
import io.captionstream.network.Weights;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes bundles. A bundle appears under its name complete or not at all: it is written into a temporary folder beside it
 * and moved.
 */
public final class BundleWriter {
    private BundleWriter() {}

    /**
     * What goes into a bundle; see {@link BundleManifest}.
     *
     * @param weights all tensors of the network
     * @param createdAt null to leave the time out
     */
    public record Contents(
            String name,
            String version,
            NetworkConfig network,
            Weights weights,
            Vocabulary vocabulary,
            String resize,
            DecodingOptions decoding,
            Map<String, Double> metrics,
            BundleQuality quality,
            Map<String, String> lineage,
            @Nullable Instant createdAt) {
        public Contents {
            requireNonNull(quality, "quality is null");
            requireNonNull(weights, "weights is null");
            checkArgument(
                    vocabulary.size() == network.vocabularySize(),
                    "the vocabulary has %s tokens, the network %s",
                    vocabulary.size(),
                    network.vocabularySize());
        }

        /** The same after measurements. */
        public Contents measured(Map<String, Double> newMetrics, BundleQuality newQuality) {
            return new Contents(
                    name,
                    version,
                    network,
                    weights,
                    vocabulary,
                    resize,
                    decoding,
                    newMetrics,
                    newQuality,
                    lineage,
                    createdAt);
        }

        /** Of unknown quality. */
        public Contents(
                String name,
                String version,
                NetworkConfig network,
                Weights weights,
                Vocabulary vocabulary,
                String resize,
                DecodingOptions decoding,
                Map<String, Double> metrics,
                Map<String, String> lineage,
                @Nullable Instant createdAt) {
            this(
                    name,
                    version,
                    network,
                    weights,
                    vocabulary,
                    resize,
                    decoding,
                    metrics,
                    BundleQuality.UNKNOWN,
                    lineage,
                    createdAt);
        }
    }

    /** The contents of a bundle, for one that differs in part. */
    public static Contents contents(ModelBundle bundle) throws IOException {
        BundleManifest manifest = bundle.manifest();
        return new Contents(
                manifest.name(),
                manifest.version(),
                manifest.requireNetwork(),
                Safetensors.read(bundle.weights()),
                bundle.vocabulary(),
                manifest.resize(),
                manifest.decoding(),
                manifest.metrics(),
                manifest.quality(),
                manifest.lineage(),
                manifest.createdAt() == null ? null : Instant.parse(manifest.createdAt()));
    }

    /**
     * Writes a bundle and opens it, which verifies it. Equal contents make equal files.
     *
     * @param directory must not exist yet
     * @throws FileAlreadyExistsException if it does
     * @throws IllegalArgumentException if the weights are not those of the network
     */
    public static ModelBundle write(Path directory, Contents contents) throws IOException, BundleException {
        return write(directory, folder -> fill(folder, contents));
    }

    /** Fills the folder of a bundle. */
    interface Filling {
        void fill(Path folder) throws IOException, BundleException;
    }

    /** Fills a folder aside, opens it, which verifies it, and moves it into place. */
    static ModelBundle write(Path directory, Filling filling) throws IOException, BundleException {
        Path target = directory.toAbsolutePath();
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString(), null, "bundles are immutable");
        }
        Path parent = requireNonNull(target.getParent(), "a bundle needs a folder to be in");
        Files.createDirectories(parent);
        // Not a temporary directory: those are for their owner's eyes only, and whoever serves the bundle may be
        // another.
        Path temporary = Files.createDirectory(parent.resolve(".bundle-" + UUID.randomUUID()));
        try {
            filling.fill(temporary);
            ModelBundle.open(temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            if (Files.exists(temporary)) {
                MoreFiles.deleteRecursively(temporary, RecursiveDeleteOption.ALLOW_INSECURE);
            }
        }
        return ModelBundle.open(directory);
    }

    private static void fill(Path folder, Contents contents) throws IOException, BundleException {
        FrozenGraph.export(contents.network, contents.weights, folder.resolve(BundleManifest.GRAPH));
        Safetensors.write(folder.resolve(BundleManifest.WEIGHTS), contents.weights, Map.of("format", "pt"));
        contents.vocabulary.write(folder.resolve(BundleManifest.VOCABULARY));
        ImmutableMap.Builder<String, String> files = ImmutableMap.builder();
        for (String name : new String[] {BundleManifest.GRAPH, BundleManifest.WEIGHTS, BundleManifest.VOCABULARY}) {
            files.put(name, ModelBundle.sha256(folder.resolve(name)));
        }
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                contents.name,
                contents.version,
                contents.network,
                null,
                contents.resize,
                contents.decoding,
                contents.metrics,
                contents.quality.confidence(),
                contents.quality.bfloat16(),
                contents.lineage,
                contents.createdAt == null ? null : contents.createdAt.toString(),
                files.buildOrThrow());
        Files.writeString(folder.resolve(BundleManifest.MANIFEST), ManifestJson.write(manifest));
    }
}
