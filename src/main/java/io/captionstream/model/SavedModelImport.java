package io.captionstream.model;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import io.captionstream.model.BundleException.Code;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes a bundle of a SavedModel that was made elsewhere and has the signature of
 * {@link io.captionstream.network.FrozenGraph}. It is served as any other bundle; there are no weights to train or export.
 *
 * @param name of the model
 * @param version of the bundle
 * @param imageSize side of the square input in pixels
 * @param resize {@code stretch} or {@code center-crop}
 * @param decoding the options to use where an event has none
 */
public record SavedModelImport(String name, String version, int imageSize, String resize, DecodingOptions decoding) {
    private static final String VARIABLES = "variables";

    public SavedModelImport {
        requireNonNull(name, "name is null");
        requireNonNull(version, "version is null");
        requireNonNull(resize, "resize is null");
        requireNonNull(decoding, "decoding is null");
    }

    /**
     * Checks the model, runs it once on a black and a white image, and writes the bundle.
     *
     * @param savedModel folder with {@code saved_model.pb} and perhaps {@code variables}
     * @param directory must not exist; appears complete or not at all
     * @throws BundleException if the model does not have the signature, lacks its variables, or does not give captions of
     *     the vocabulary
     * @throws IllegalArgumentException if the vocabulary file is not one
     */
    public ModelBundle write(Path directory, Path savedModel, Path vocabularyFile, Instant createdAt)
            throws IOException, BundleException {
        Vocabulary vocabulary = Vocabulary.read(vocabularyFile);
        SavedModelCheck.verify(savedModel, new InputSpec(imageSize, imageSize, resize));
        return BundleWriter.write(directory, folder -> {
            fill(folder, savedModel, vocabulary, createdAt);
            tryOut(ModelBundle.open(folder));
        });
    }

    private void fill(Path folder, Path savedModel, Vocabulary vocabulary, Instant createdAt)
            throws IOException, BundleException {
        Files.copy(savedModel.resolve(BundleManifest.GRAPH), folder.resolve(BundleManifest.GRAPH));
        vocabulary.write(folder.resolve(BundleManifest.VOCABULARY));
        ImmutableMap.Builder<String, String> files = ImmutableMap.builder();
        files.put(BundleManifest.GRAPH, ModelBundle.sha256(folder.resolve(BundleManifest.GRAPH)));
        files.put(BundleManifest.VOCABULARY, ModelBundle.sha256(folder.resolve(BundleManifest.VOCABULARY)));
        if (Files.isDirectory(savedModel.resolve(VARIABLES))) {
            Files.createDirectory(folder.resolve(VARIABLES));
            try (Stream<Path> variables = Files.list(savedModel.resolve(VARIABLES))) {
                for (Path file : variables.toList()) {
                    String name = VARIABLES + "/" + file.getFileName();
                    Files.copy(file, folder.resolve(name));
                    files.put(name, ModelBundle.sha256(folder.resolve(name)));
                }
            }
        }
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT_VERSION,
                name,
                version,
                null,
                new ForeignGraph(imageSize, vocabulary.size()),
                resize,
                decoding,
                Map.of(),
                null,
                null,
                ImmutableMap.of("source", "SavedModel made elsewhere"),
                createdAt.toString(),
                files.buildOrThrow());
        Files.writeString(folder.resolve(BundleManifest.MANIFEST), ManifestJson.write(manifest));
    }

    private void tryOut(ModelBundle bundle) throws BundleException {
        int bytes = bundle.manifest().input().bytes();
        ByteBuffer images = ByteBuffer.allocateDirect(2 * bytes);
        for (int i = bytes; i < 2 * bytes; i++) {
            images.put(i, (byte) 255);
        }
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.defaults())) {
            List<List<Alternative>> captions = captioner.caption(images, 2, decoding);
            if (captions.size() != 2 || captions.stream().anyMatch(List::isEmpty)) {
                throw new BundleException(Code.MALFORMED_GRAPH, "the model does not give captions for every image");
            }
        } catch (InferenceException | RuntimeException e) {
            throw new BundleException(
                    Code.MALFORMED_GRAPH, "the model fails on a black and a white image: " + e.getMessage(), e);
        }
    }
}
