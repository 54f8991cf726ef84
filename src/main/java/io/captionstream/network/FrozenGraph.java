package io.captionstream.network;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Sets;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The graph that serves: from image bytes to beams, weights as constants, batch normalization folded. Written as a
 * SavedModel of one file, tag {@code serve}, with the signatures of {@link GraphSignature}. The first of them, which every
 * graph has, is {@code serving_default}:
 *
 * <table>
 * <caption>Signature</caption>
 * <tr><td>in</td><td>{@code images}</td><td>uint8 [B, H, W, 3], RGB</td></tr>
 * <tr><td>in</td><td>{@code beam_width}</td><td>int32 []</td></tr>
 * <tr><td>in</td><td>{@code max_length}</td><td>int32 []</td></tr>
 * <tr><td>out</td><td>{@code tokens}</td><td>int32 [B, K, T], filled with the end token after the end</td></tr>
 * <tr><td>out</td><td>{@code log_probs}</td><td>float [B, K], best first</td></tr>
 * <tr><td>out</td><td>{@code token_log_probs}</td><td>float [B, K, T], zero after the end</td></tr>
 * <tr><td>out</td><td>{@code lengths}</td><td>int32 [B, K], the end token included</td></tr>
 * <tr><td>out</td><td>{@code finished}</td><td>bool [B, K]</td></tr>
 * </table>
 */
public final class FrozenGraph {
    public static final String TAG = "serve";
    public static final String SIGNATURE = GraphSignature.SEARCH.key();
    public static final String IMAGES = "images";
    public static final String BEAM_WIDTH = "beam_width";
    public static final String MAX_LENGTH = "max_length";
    public static final String MIN_LENGTH = "min_length";
    public static final String NO_REPEAT = "no_repeat";
    public static final String BEAM_GROUPS = "beam_groups";
    public static final String DIVERSITY = "diversity";
    public static final String SEARCH_LENGTH_PENALTY = "search_length_penalty";
    public static final String TEMPERATURE = "temperature";
    public static final String TOP_K = "top_k";
    public static final String NOISE = "noise";
    public static final String TOKENS = "tokens";
    public static final String LOG_PROBS = "log_probs";
    public static final String TOKEN_LOG_PROBS = "token_log_probs";
    public static final String LENGTHS = "lengths";
    public static final String FINISHED = "finished";

    static {
        TensorFlowRuntime.ensureLoaded();
    }

    private FrozenGraph() {}

    /**
     * Writes the graph of a network. Equal arguments make equal files.
     *
     * @throws IllegalArgumentException if a tensor is missing or has the wrong shape; tensors the network does not have
     *     are ignored
     */
    public static void export(NetworkConfig config, Weights weights, Path savedModelPb) throws IOException {
        try (Graph graph = new Graph()) {
            Map<String, SignatureDef> signatures = ServingGraph.build(graph, config, weights);
            write(graph.toGraphDef(), signatures, savedModelPb);
        }
    }

    /**
     * What a graph file says of itself.
     *
     * @param inputs of the signature, by name, for example {@code uint8 [-1, 224, 224, 3]}
     * @param outputs of the signature
     * @param vocabularySize number of tokens it chooses from
     */
    public record Description(Map<String, String> inputs, Map<String, String> outputs, int vocabularySize) {
        public Description {
            inputs = ImmutableMap.copyOf(inputs);
            outputs = ImmutableMap.copyOf(outputs);
        }

        /** What {@link #export} would write for such a network. */
        public static Description of(NetworkConfig config) {
            return new Description(
                    GraphSignature.SEARCH.inputs(config), GraphSignature.outputs(), config.vocabularySize());
        }
    }

    /**
     * Reads signature and vocabulary size of a graph file without loading the graph.
     *
     * @throws MalformedWeightsException if it is not a SavedModel with the tag, the signature and an embedding
     */
    public static Description describe(Path savedModelPb) throws IOException {
        return describe(read(savedModelPb), savedModelPb);
    }

    /**
     * The signatures that a graph file has, without loading the graph. Graphs of earlier versions and from elsewhere have
     * fewer; a signature that has only the name in common is none.
     *
     * @throws MalformedWeightsException if it is not a SavedModel with the tag
     */
    public static Set<GraphSignature> signatures(Path savedModelPb, NetworkConfig config) throws IOException {
        Map<String, SignatureDef> found = read(savedModelPb).getSignatureDefMap();
        Set<GraphSignature> signatures = EnumSet.noneOf(GraphSignature.class);
        for (GraphSignature signature : GraphSignature.values()) {
            SignatureDef definition = found.get(signature.key());
            if (definition != null
                    && text(definition.getInputsMap()).equals(signature.inputs(config))
                    && text(definition.getOutputsMap()).equals(GraphSignature.outputs())) {
                signatures.add(signature);
            }
        }
        return Sets.immutableEnumSet(signatures);
    }

    /**
     * The graph tagged {@link #TAG} of a SavedModel, not loaded.
     *
     * @throws MalformedWeightsException if it is not a SavedModel with the tag
     */
    public static MetaGraphDef read(Path savedModelPb) throws IOException {
        try (FileChannel channel = FileChannel.open(savedModelPb, StandardOpenOption.READ)) {
            // The constants stay in the mapped file instead of being copied to the heap.
            ByteString bytes =
                    UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            CodedInputStream input = bytes.newCodedInput();
            input.enableAliasing(true);
            return SavedModel.parseFrom(input).getMetaGraphsList().stream()
                    .filter(candidate ->
                            candidate.getMetaInfoDef().getTagsList().contains(TAG))
                    .findFirst()
                    .orElseThrow(
                            () -> new MalformedWeightsException(savedModelPb + " has no graph tagged '" + TAG + "'"));
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedWeightsException(savedModelPb + " is not a SavedModel: " + e.getMessage(), e);
        }
    }

    private static Description describe(MetaGraphDef graph, Path file) throws MalformedWeightsException {
        SignatureDef signature = graph.getSignatureDefMap().get(SIGNATURE);
        if (signature == null) {
            throw new MalformedWeightsException(file + " has no signature '" + SIGNATURE + "'");
        }
        NodeDef embedding = graph.getGraphDef().getNodeList().stream()
                .filter(node -> node.getName().equals(Decoder.EMBEDDING))
                .findFirst()
                .orElseThrow(() -> new MalformedWeightsException(file + " has no '" + Decoder.EMBEDDING + "'"));
        TensorShapeProto shape = embedding.getAttrOrThrow("value").getTensor().getTensorShape();
        if (shape.getDimCount() != 2) {
            throw new MalformedWeightsException(file + ": '" + Decoder.EMBEDDING + "' is not a matrix");
        }
        return new Description(
                text(signature.getInputsMap()),
                text(signature.getOutputsMap()),
                Math.toIntExact(shape.getDim(0).getSize()));
    }

    private static Map<String, String> text(Map<String, TensorInfo> tensors) {
        ImmutableMap.Builder<String, String> text = ImmutableMap.builder();
        tensors.forEach((name, info) -> text.put(
                name,
                info.getDtype() + " "
                        + info.getTensorShape().getDimList().stream()
                                .map(TensorShapeProto.Dim::getSize)
                                .toList()));
        return text.buildOrThrow();
    }

    private static void write(GraphDef graph, Map<String, SignatureDef> signatures, Path file) throws IOException {
        SavedModel model = SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(MetaGraphDef.newBuilder()
                        .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder()
                                .addTags(TAG)
                                .setTensorflowVersion(TensorFlow.version()))
                        .setGraphDef(ordered(graph))
                        .putAllSignatureDef(signatures))
                .build();
        try (OutputStream stream = Files.newOutputStream(file)) {
            CodedOutputStream output = CodedOutputStream.newInstance(stream);
            // Maps in the order of their keys, so that equal graphs are equal files.
            output.useDeterministicSerialization();
            model.writeTo(output);
            output.flush();
        }
    }

    /** The nodes of a function come out in an order that changes from run to run and means nothing. */
    private static GraphDef ordered(GraphDef graph) {
        GraphDef.Builder ordered = graph.toBuilder();
        ordered.getLibraryBuilder().getFunctionBuilderList().forEach(function -> {
            List<NodeDef> nodes = new ArrayList<>(function.getNodeDefList());
            nodes.sort(Comparator.comparing(NodeDef::getName));
            function.clearNodeDef().addAllNodeDef(nodes);
        });
        return ordered.build();
    }
}
