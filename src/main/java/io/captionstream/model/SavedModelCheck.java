package io.captionstream.model;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import io.captionstream.model.BundleException.Code;
import io.captionstream.network.FrozenGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Whether a SavedModel that was made elsewhere can be served: it must have the signature of {@link FrozenGraph}, with
 * exactly its inputs. Fixed sizes are accepted for beams and tokens; further outputs are ignored.
 */
final class SavedModelCheck {
    private static final Map<String, DataType> OUTPUT_TYPES = ImmutableMap.of(
            FrozenGraph.TOKENS, DataType.DT_INT32,
            FrozenGraph.LOG_PROBS, DataType.DT_FLOAT,
            FrozenGraph.TOKEN_LOG_PROBS, DataType.DT_FLOAT,
            FrozenGraph.LENGTHS, DataType.DT_INT32,
            FrozenGraph.FINISHED, DataType.DT_BOOL);
    private static final Set<String> PER_TOKEN = Set.of(FrozenGraph.TOKENS, FrozenGraph.TOKEN_LOG_PROBS);
    private static final Set<String> INPUTS =
            Set.of(FrozenGraph.IMAGES, FrozenGraph.BEAM_WIDTH, FrozenGraph.MAX_LENGTH);
    private static final Set<String> VARIABLE_OPERATIONS = Set.of("VarHandleOp", "VariableV2", "Variable");

    /** Operations that reach outside of the graph: a bundle must not read the machine it is served on. */
    private static final Set<String> FORBIDDEN =
            Set.of("ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "EagerPyFunc");

    private SavedModelCheck() {}

    /** @param folder with {@code saved_model.pb} and, if the graph has variables, {@code variables} */
    static void verify(Path folder, InputSpec input) throws BundleException {
        Path file = folder.resolve(BundleManifest.GRAPH);
        if (!Files.isRegularFile(file)) {
            throw new BundleException(Code.MISSING_FILE, "%s has no %s".formatted(folder, BundleManifest.GRAPH));
        }
        MetaGraphDef graph;
        try {
            graph = FrozenGraph.read(file);
        } catch (IOException e) {
            throw new BundleException(Code.MALFORMED_GRAPH, String.valueOf(e.getMessage()), e);
        }
        SignatureDef signature = graph.getSignatureDefMap().get(FrozenGraph.SIGNATURE);
        if (signature == null) {
            throw new BundleException(
                    Code.SIGNATURE_MISMATCH,
                    "%s has no signature '%s', only %s"
                            .formatted(
                                    file,
                                    FrozenGraph.SIGNATURE,
                                    graph.getSignatureDefMap().keySet()));
        }
        if (!signature.getInputsMap().keySet().equals(INPUTS)) {
            throw new BundleException(
                    Code.SIGNATURE_MISMATCH,
                    "%s takes %s, it must take %s"
                            .formatted(file, signature.getInputsMap().keySet(), INPUTS));
        }
        require(
                file,
                signature.getInputsMap(),
                FrozenGraph.IMAGES,
                DataType.DT_UINT8,
                List.of(-1L, (long) input.height(), (long) input.width(), 3L));
        require(file, signature.getInputsMap(), FrozenGraph.BEAM_WIDTH, DataType.DT_INT32, List.of());
        require(file, signature.getInputsMap(), FrozenGraph.MAX_LENGTH, DataType.DT_INT32, List.of());
        for (Map.Entry<String, DataType> output : OUTPUT_TYPES.entrySet()) {
            List<Long> shape = PER_TOKEN.contains(output.getKey()) ? List.of(-1L, -1L, -1L) : List.of(-1L, -1L);
            require(file, signature.getOutputsMap(), output.getKey(), output.getValue(), shape);
        }
        verifyOperations(folder, file, graph.getGraphDef());
        if (graph.getAssetFileDefCount() > 0) {
            throw new BundleException(Code.MALFORMED_GRAPH, file + " needs asset files, which a bundle does not hold");
        }
    }

    private static void require(
            Path file, Map<String, TensorInfo> tensors, String name, DataType type, List<Long> shape)
            throws BundleException {
        TensorInfo found = tensors.get(name);
        if (found == null) {
            throw new BundleException(
                    Code.SIGNATURE_MISMATCH, "%s has no '%s', only %s".formatted(file, name, tensors.keySet()));
        }
        List<Long> dimensions = found.getTensorShape().getDimList().stream()
                .map(TensorShapeProto.Dim::getSize)
                .toList();
        if (found.getDtype() != type || found.getTensorShape().getUnknownRank() || !fits(dimensions, shape, name)) {
            throw new BundleException(
                    Code.SIGNATURE_MISMATCH,
                    "%s: '%s' is %s %s, it must be %s %s"
                            .formatted(
                                    file,
                                    name,
                                    found.getDtype(),
                                    found.getTensorShape().getUnknownRank() ? "of unknown rank" : dimensions,
                                    type,
                                    shape));
        }
    }

    /** The batch must be open; what the model wants fixed may be open, what it leaves open may be fixed in an output. */
    private static boolean fits(List<Long> found, List<Long> wanted, String name) {
        if (found.size() != wanted.size() || !found.isEmpty() && found.get(0) != -1) {
            return false;
        }
        for (int i = 1; i < found.size(); i++) {
            boolean same = found.get(i).equals(wanted.get(i));
            if (!same && found.get(i) != -1 && (INPUTS.contains(name) || wanted.get(i) != -1)) {
                return false;
            }
        }
        return true;
    }

    private static void verifyOperations(Path folder, Path file, GraphDef graph) throws BundleException {
        Iterable<NodeDef> nodes = Iterables.concat(
                graph.getNodeList(),
                Iterables.concat(Iterables.transform(
                        graph.getLibrary().getFunctionList(), function -> function.getNodeDefList())));
        for (NodeDef node : nodes) {
            if (FORBIDDEN.contains(node.getOp())) {
                throw new BundleException(
                        Code.MALFORMED_GRAPH,
                        "%s: operation '%s' is a %s, which reaches outside of the graph"
                                .formatted(file, node.getName(), node.getOp()));
            }
            if (VARIABLE_OPERATIONS.contains(node.getOp())
                    && !Files.isRegularFile(folder.resolve("variables/variables.index"))) {
                throw new BundleException(
                        Code.MISSING_FILE,
                        "%s has variables such as '%s', but %s is missing"
                                .formatted(file, node.getName(), folder.resolve("variables/variables.index")));
            }
        }
    }
}
