package io.captionstream.model;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import io.captionstream.model.BundleException.Code;
import io.captionstream.network.FrozenGraph;
import io.captionstream.network.GraphSignature;
import io.captionstream.network.NetworkConfig;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A model in a folder, verified: {@code saved_model.pb} (frozen graph), {@code weights.safetensors} (the same weights for
 * training and other tools), {@code vocabulary.txt}, {@code bundle.json} (manifest with the digests of the others).
 * Immutable; its digest names it.
 */
public final class ModelBundle {
    private final Path directory;
    private final BundleManifest manifest;
    private final Vocabulary vocabulary;
    private final Set<GraphSignature> signatures;
    private final String digest;

    private ModelBundle(
            Path directory, BundleManifest manifest, Vocabulary vocabulary, Set<GraphSignature> signatures) {
        this.directory = directory;
        this.manifest = manifest;
        this.vocabulary = vocabulary;
        this.signatures = signatures;
        this.digest = ManifestJson.digest(manifest);
    }

    /**
     * Opens a bundle and verifies all of it.
     *
     * @throws BundleException if a file is missing or not the one the manifest names, or vocabulary, graph and manifest do
     *     not belong together
     */
    public static ModelBundle open(Path directory) throws BundleException {
        if (!Files.isDirectory(directory)) {
            throw new BundleException(Code.MISSING_FILE, "there is no bundle folder " + directory);
        }
        Path manifestFile = existing(directory, BundleManifest.MANIFEST);
        BundleManifest manifest = ManifestJson.read(text(manifestFile), manifestFile.toString());
        for (String name : manifest.files().keySet()) {
            Path file = existing(directory, name);
            String expected = manifest.files().get(name);
            String actual = sha256(file);
            if (!actual.equals(expected)) {
                throw new BundleException(
                        Code.WRONG_DIGEST,
                        file + " has the SHA-256 " + actual + ", " + BundleManifest.MANIFEST + " says " + expected);
            }
        }
        Vocabulary vocabulary = vocabulary(directory.resolve(BundleManifest.VOCABULARY), manifest.vocabularySize());
        Path graph = directory.resolve(BundleManifest.GRAPH);
        NetworkConfig network = manifest.network();
        if (network == null) {
            SavedModelCheck.verify(directory, manifest.input());
            return new ModelBundle(directory, manifest, vocabulary, Set.of(GraphSignature.SEARCH));
        }
        verifyGraph(graph, network);
        return new ModelBundle(directory, manifest, vocabulary, signatures(graph, network));
    }

    public Path directory() {
        return directory;
    }

    public BundleManifest manifest() {
        return manifest;
    }

    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Lower-case hexadecimal SHA-256 over manifest and, through it, all files; not over the time of creation. */
    public String digest() {
        return digest;
    }

    public ModelIdentity identity() {
        return new ModelIdentity(manifest.name(), manifest.version(), digest);
    }

    /** The file with the weights. */
    public Path weights() {
        return directory.resolve(BundleManifest.WEIGHTS);
    }

    /** What the graph can be asked for; always a plain search. */
    public Set<GraphSignature> signatures() {
        return signatures;
    }

    static String sha256(Path file) throws BundleException {
        try {
            return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
        } catch (IOException e) {
            throw new BundleException(Code.MISSING_FILE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Path existing(Path directory, String name) throws BundleException {
        Path file = directory.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new BundleException(Code.MISSING_FILE, "bundle " + directory + " has no file " + name);
        }
        return file;
    }

    private static String text(Path file) throws BundleException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new BundleException(Code.MISSING_FILE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Vocabulary vocabulary(Path file, int size) throws BundleException {
        Vocabulary vocabulary;
        try {
            vocabulary = Vocabulary.read(file);
        } catch (IOException | IllegalArgumentException e) {
            throw new BundleException(Code.MALFORMED_VOCABULARY, file + ": " + e.getMessage(), e);
        }
        if (vocabulary.size() != size) {
            throw new BundleException(
                    Code.VOCABULARY_MISMATCH,
                    file + " has " + vocabulary.size() + " tokens, " + BundleManifest.MANIFEST + " says " + size);
        }
        return vocabulary;
    }

    private static void verifyGraph(Path file, NetworkConfig network) throws BundleException {
        FrozenGraph.Description actual;
        try {
            actual = FrozenGraph.describe(file);
        } catch (IOException e) {
            throw new BundleException(Code.MALFORMED_GRAPH, String.valueOf(e.getMessage()), e);
        }
        FrozenGraph.Description expected = FrozenGraph.Description.of(network);
        if (actual.vocabularySize() != expected.vocabularySize()) {
            throw new BundleException(
                    Code.VOCABULARY_MISMATCH,
                    file + " chooses from " + actual.vocabularySize() + " tokens, " + BundleManifest.MANIFEST + " says "
                            + expected.vocabularySize());
        }
        if (!actual.equals(expected)) {
            throw new BundleException(
                    Code.SIGNATURE_MISMATCH,
                    file + " takes " + actual.inputs() + " and gives " + actual.outputs() + ", expected "
                            + expected.inputs() + " and " + expected.outputs());
        }
    }

    private static Set<GraphSignature> signatures(Path file, NetworkConfig network) throws BundleException {
        try {
            return FrozenGraph.signatures(file, network);
        } catch (IOException e) {
            throw new BundleException(Code.MALFORMED_GRAPH, String.valueOf(e.getMessage()), e);
        }
    }
}
