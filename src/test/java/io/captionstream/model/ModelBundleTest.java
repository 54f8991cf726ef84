package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.hash.Hashing;
import io.captionstream.model.BundleException.Code;
import io.captionstream.network.Architecture;
import io.captionstream.network.EncoderVariant;
import io.captionstream.network.FrozenGraph;
import io.captionstream.network.InitialWeights;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.Preprocessing;
import io.captionstream.network.Safetensors;
import io.captionstream.network.TinyNetworks;
import io.captionstream.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelBundleTest {
    private static final NetworkConfig NETWORK = TinyNetworks.resnet();

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static ModelBundle original;
    private Path bundle;

    @BeforeAll
    static void write() throws Exception {
        original = BundleWriter.write(shared.resolve("original"), Bundles.contents(NETWORK));
    }

    @BeforeEach
    void copy() throws IOException {
        bundle = Files.createDirectory(folder.resolve("bundle"));
        try (Stream<Path> files = Files.list(original.directory())) {
            for (Path file : files.toList()) {
                Files.copy(file, bundle.resolve(file.getFileName().toString()));
            }
        }
    }

    @Test
    void shouldReadBackWhatItWrote() throws Exception {
        ModelBundle read = ModelBundle.open(bundle);
        assertThat(read.manifest()).isEqualTo(original.manifest());
        assertThat(read.digest()).isEqualTo(original.digest()).hasSize(64);
        assertThat(read.identity()).isEqualTo(new ModelIdentity("resnet50-lstm", "1", read.digest()));
        assertThat(read.manifest().network()).isEqualTo(NETWORK);
        assertThat(read.manifest().input()).isEqualTo(new InputSpec(32, 32, "stretch"));
        assertThat(read.manifest().decoding()).isEqualTo(new DecodingOptions(3, 6, 0.7));
        assertThat(read.vocabulary().words())
                .isEqualTo(Bundles.vocabulary(NETWORK).words());
        assertThat(Safetensors.read(read.weights())).isEqualTo(InitialWeights.of(NETWORK, 1));
        try (Stream<Path> left = Files.list(shared)) {
            assertThat(left).containsExactly(original.directory());
        }
    }

    @Test
    void shouldReadBackWhatIsKnownOfItsCaptions() throws Exception {
        BundleQuality quality =
                new BundleQuality(new ConfidenceCalibration(1.5, 4, -0.25), new Bfloat16Agreement(0.995, 200));
        DecodingOptions refined = new DecodingOptions(4, 6, 0.7).with(new Refinement(3, 2, 2, 0.5, true, 0, 0));
        BundleWriter.Contents contents = Bundles.contents(NETWORK);
        ModelBundle written = BundleWriter.write(
                folder.resolve("measured"),
                new BundleWriter.Contents(
                        contents.name(),
                        contents.version(),
                        contents.network(),
                        contents.weights(),
                        contents.vocabulary(),
                        contents.resize(),
                        refined,
                        contents.metrics(),
                        quality,
                        contents.lineage(),
                        contents.createdAt()));

        ModelBundle read = ModelBundle.open(written.directory());
        assertThat(read.manifest().quality()).isEqualTo(quality);
        assertThat(read.manifest().decoding()).isEqualTo(refined);
        assertThat(read.digest()).isNotEqualTo(original.digest());
        assertThat(BundleWriter.contents(read).measured(Map.of(), quality).quality())
                .isEqualTo(quality);
    }

    @Test
    void shouldLetOthersReadTheBundleAsTheyMayAnyFolder() throws IOException {
        Path ordinary = Files.createDirectory(folder.resolve("ordinary"));

        assertThat(Files.getPosixFilePermissions(original.directory()))
                .isEqualTo(Files.getPosixFilePermissions(ordinary));
    }

    @Test
    void shouldGiveEqualContentsTheSameDigestAtAnyTime() throws Exception {
        BundleWriter.Contents contents = Bundles.contents(NETWORK);
        ModelBundle later = BundleWriter.write(
                folder.resolve("later"),
                new BundleWriter.Contents(
                        contents.name(),
                        contents.version(),
                        contents.network(),
                        contents.weights(),
                        contents.vocabulary(),
                        contents.resize(),
                        contents.decoding(),
                        contents.metrics(),
                        contents.lineage(),
                        Instant.parse("2027-01-01T00:00:00Z")));
        assertThat(later.digest()).isEqualTo(original.digest());
        assertThat(Files.mismatch(graph(later.directory()), graph(original.directory())))
                .isEqualTo(-1);
        ModelBundle other =
                BundleWriter.write(folder.resolve("other"), Bundles.contents(NETWORK, InitialWeights.of(NETWORK, 2)));
        assertThat(other.digest()).isNotEqualTo(original.digest());
    }

    private static Path graph(Path directory) {
        return directory.resolve(BundleManifest.GRAPH);
    }

    @Test
    void shouldNotTouchABundleThatExists() {
        assertThatThrownBy(() -> BundleWriter.write(bundle, Bundles.contents(NETWORK)))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotWrite() throws IOException {
        Path target = folder.resolve("made/never");
        BundleWriter.Contents wrong = Bundles.contents(NETWORK, InitialWeights.of(TinyNetworks.inception(), 1));
        assertThatThrownBy(() -> BundleWriter.write(target, wrong)).hasMessageContaining("there is no tensor");
        try (Stream<Path> left = Files.list(folder.resolve("made"))) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundle.json", "saved_model.pb", "weights.safetensors", "vocabulary.txt"})
    void shouldRefuseABundleWithoutAFile(String file) throws IOException {
        Files.delete(bundle.resolve(file));
        assertRefused(Code.MISSING_FILE, file);
    }

    @Test
    void shouldRefuseAFolderThatIsNotThere() {
        BundleException refusal =
                catchThrowableOfType(BundleException.class, () -> ModelBundle.open(folder.resolve("nowhere")));
        assertThat(refusal.code()).isEqualTo(Code.MISSING_FILE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"saved_model.pb", "weights.safetensors", "vocabulary.txt"})
    void shouldRefuseAFileThatChanged(String file) throws IOException {
        byte[] bytes = Files.readAllBytes(bundle.resolve(file));
        bytes[bytes.length - 2] ^= 1;
        Files.write(bundle.resolve(file), bytes);
        assertRefused(Code.WRONG_DIGEST, file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"formatVersion\" : 1 | \"formatVersion\" : 2 | UNKNOWN_FORMAT | formatVersion 2",
                "\"formatVersion\" : 1 | \"other\" : 1 | UNKNOWN_FORMAT | formatVersion missing",
                "\"version\" : \"1\" | \"version\" : \" \" | MALFORMED_MANIFEST | version is blank",
                "\"resize\" : \"stretch\" | \"resize\" : \"squash\" | MALFORMED_MANIFEST | resize must be",
                "\"beamWidth\" : 3 | \"beamWidth\" : 0 | MALFORMED_MANIFEST | beamWidth",
                "\"beamWidth\" : 3 | \"beamWidht\" : 3 | MALFORMED_MANIFEST | decoding.beamWidth",
                "\"beamWidth\" : 3 | \"beamWidth\" : 3, \"beams\" : 3 | MALFORMED_MANIFEST | decoding.beams",
                "RESNET50_LSTM | VGG16 | MALFORMED_MANIFEST | VGG16",
                "\"saved_model.pb\" | \"../saved_model.pb\" | MALFORMED_MANIFEST | files must be",
                "\"imageSize\" : 32 | \"imageSize\" : 64 | SIGNATURE_MISMATCH | [-1, 32, 32, 3]",
                "\"vocabularySize\" : 12 | \"vocabularySize\" : 13 | VOCABULARY_MISMATCH | has 12 tokens",
                "{ | [ | MALFORMED_MANIFEST | bundle.json"
            })
    void shouldRefuseAManifestThatDoesNotFit(String from, String to, Code code, String reason) throws IOException {
        Path manifest = bundle.resolve("bundle.json");
        String json = Files.readString(manifest);
        assertThat(json).contains(from);
        Files.writeString(manifest, json.replace(from, to));
        assertRefused(code, reason);
    }

    @Test
    void shouldRefuseAVocabularyThatIsNone() throws IOException {
        Files.writeString(bundle.resolve("vocabulary.txt"), "a\nb\n");
        correctDigest("vocabulary.txt");
        assertRefused(Code.MALFORMED_VOCABULARY, "vocabulary.txt");
    }

    @Test
    void shouldRefuseAVocabularyOfAnotherSize() throws IOException {
        Vocabulary.of(List.of("a", "b")).write(bundle.resolve("vocabulary.txt"));
        correctDigest("vocabulary.txt");
        assertRefused(Code.VOCABULARY_MISMATCH, "has 6 tokens");
    }

    @Test
    void shouldRefuseAGraphForAnotherVocabulary() throws IOException {
        NetworkConfig other = new NetworkConfig(
                Architecture.RESNET50_LSTM, 32, 0.02, 8, 12, 20, 6, EncoderVariant.TORCHVISION, Preprocessing.IMAGENET);
        FrozenGraph.export(other, InitialWeights.of(other, 1), graph(bundle));
        correctDigest("saved_model.pb");
        assertRefused(Code.VOCABULARY_MISMATCH, "chooses from 20 tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not a graph at all"})
    void shouldRefuseAGraphThatIsNone(String content) throws IOException {
        Files.writeString(graph(bundle), content);
        correctDigest("saved_model.pb");
        assertRefused(Code.MALFORMED_GRAPH, "saved_model.pb");
    }

    private void correctDigest(String file) {
        try {
            Path manifest = bundle.resolve("bundle.json");
            String digest = Hashing.sha256()
                    .hashBytes(Files.readAllBytes(bundle.resolve(file)))
                    .toString();
            String before = original.manifest().files().get(file);
            Files.writeString(manifest, Files.readString(manifest).replace(before, digest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertRefused(Code code, String reason) {
        BundleException refusal = catchThrowableOfType(BundleException.class, () -> ModelBundle.open(bundle));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal).hasMessageContaining(reason);
    }
}
