package io.captionstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.captionstream.model.BundleException.Code;
import io.captionstream.network.FrozenGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

class SavedModelImportTest {
    private static final SavedModelImport IMPORT =
            new SavedModelImport("brightness", "7", SavedModels.IMAGE_SIZE, "stretch", new DecodingOptions(2, 4, 0));

    @TempDir
    Path folder;

    private Path vocabulary;
    private Path out;

    @BeforeEach
    void writeVocabulary() throws IOException {
        vocabulary =
                Files.writeString(folder.resolve("vocabulary.txt"), "<pad>\n<start>\n<end>\n<unk>\ndark\nbright\n");
        out = folder.resolve("bundle");
    }

    @Test
    void shouldServeAModelOfAnotherMake() throws Exception {
        assertServed(write(SavedModels.write(folder.resolve("model"))));
    }

    @Test
    void shouldServeAModelWithVariables() throws Exception {
        Path model = SavedModels.writeWithVariables(folder.resolve("model"));

        ModelBundle bundle = write(model);

        assertThat(bundle.manifest().files()).containsKey("variables/variables.index");
        assertServed(bundle);
        MoreFiles.deleteRecursively(model.resolve("variables"), RecursiveDeleteOption.ALLOW_INSECURE);
        out = folder.resolve("second");
        assertRefused(model, Code.MISSING_FILE, "variables.index is missing");
    }

    private static void assertServed(ModelBundle bundle) throws InferenceException {
        assertThat(bundle.identity().name()).isEqualTo("brightness");
        assertThat(bundle.manifest().foreign()).isEqualTo(new ForeignGraph(SavedModels.IMAGE_SIZE, 6));
        int bytes = bundle.manifest().input().bytes();
        ByteBuffer images = ByteBuffer.allocateDirect(2 * bytes);
        for (int i = bytes; i < 2 * bytes; i++) {
            images.put(i, (byte) 255);
        }
        try (DjlCaptioner captioner = DjlCaptioner.load(bundle, CaptionerConfig.defaults())) {
            List<List<Alternative>> captions = captioner.caption(images, 2, new DecodingOptions(2, 4, 0));
            assertThat(captions).hasSize(2).allSatisfy(beams -> assertThat(beams)
                    .hasSize(2));
            assertThat(captions.get(0).get(0).text()).isEqualTo("dark");
            assertThat(captions.get(1).get(0).text()).isEqualTo("bright");
        }
    }

    @Test
    void shouldSayThatItsWeightsCannotBeHad() throws Exception {
        ModelBundle bundle = write(SavedModels.write(folder.resolve("model")));

        assertThatThrownBy(() -> bundle.manifest().requireNetwork())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("made elsewhere");
    }

    @Test
    void shouldRefuseAModelWithoutTheSignature() throws Exception {
        assertRefused(model(SignatureDef.Builder::clear), Code.SIGNATURE_MISMATCH, "no signature 'serving_default'");
        assertRefused(
                model(signature -> signature.removeInputs(FrozenGraph.BEAM_WIDTH)),
                Code.SIGNATURE_MISMATCH,
                "it must take");
        assertRefused(
                model(signature -> signature.removeOutputs(FrozenGraph.LENGTHS)),
                Code.SIGNATURE_MISMATCH,
                "has no 'lengths'");
    }

    @Test
    void shouldRefuseTypesShapesAndRanksThatDoNotFit() throws Exception {
        assertRefused(
                model(signature -> change(signature, FrozenGraph.TOKENS, info -> info.setDtype(DataType.DT_INT64))),
                Code.SIGNATURE_MISMATCH,
                "'tokens' is DT_INT64 [-1, -1, 2], it must be DT_INT32 [-1, -1, -1]");
        assertRefused(
                model(signature -> change(signature, FrozenGraph.TOKENS, info -> info.getTensorShapeBuilder()
                        .removeDim(2))),
                Code.SIGNATURE_MISMATCH,
                "'tokens' is DT_INT32 [-1, -1], it must be");
        assertRefused(
                model(signature -> change(
                        signature,
                        FrozenGraph.LOG_PROBS,
                        info -> info.setTensorShape(
                                TensorShapeProto.newBuilder().setUnknownRank(true)))),
                Code.SIGNATURE_MISMATCH,
                "'log_probs' is DT_FLOAT of unknown rank");
        Path model = SavedModels.write(folder.resolve("other-size"));
        assertThatThrownBy(() -> new SavedModelImport("b", "1", 16, "stretch", new DecodingOptions(2, 4, 0))
                        .write(out, model, vocabulary, Instant.EPOCH))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("'images' is DT_UINT8 [-1, 8, 8, 3], it must be DT_UINT8 [-1, 16, 16, 3]");
    }

    @Test
    void shouldRefuseAModelWhoseVariablesAreMissing() throws Exception {
        Path model = SavedModels.write(folder.resolve("model"), true, signature -> {});

        assertRefused(model, Code.MISSING_FILE, "variables.index is missing");
    }

    @Test
    void shouldRefuseWordsThatTheVocabularyDoesNotHave() throws Exception {
        Files.writeString(vocabulary, "<pad>\n<start>\n<end>\n<unk>\ndark\n");

        assertRefused(SavedModels.write(folder.resolve("model")), Code.MALFORMED_GRAPH, "a black and a white image");
    }

    @Test
    void shouldRefuseWhatIsNoSavedModel() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertRefused(empty, Code.MISSING_FILE, "has no saved_model.pb");
        Files.writeString(empty.resolve("saved_model.pb"), "not a model");
        assertRefused(empty, Code.MALFORMED_GRAPH, "saved_model.pb");
    }

    private ModelBundle write(Path model) throws IOException, BundleException {
        return IMPORT.write(out, model, vocabulary, Instant.EPOCH);
    }

    private Path model(Consumer<SignatureDef.Builder> change) throws IOException {
        return SavedModels.write(folder.resolve("model"), false, change);
    }

    private static void change(SignatureDef.Builder signature, String output, Consumer<TensorInfo.Builder> change) {
        TensorInfo.Builder info = signature.getOutputsOrThrow(output).toBuilder();
        change.accept(info);
        signature.putOutputs(output, info.build());
    }

    private void assertRefused(Path model, Code code, String reason) throws IOException {
        assertThatThrownBy(() -> write(model))
                .isInstanceOfSatisfying(
                        BundleException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(reason);
        assertNothingWritten();
    }

    private void assertNothingWritten() throws IOException {
        assertThat(out).doesNotExist();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(".bundle-")))
                    .isEmpty();
        }
    }
}
