package io.captionstream.network;

import com.google.common.collect.ImmutableMap;
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
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The graph that serves: from image bytes to beams, weights as constants, batch normalization folded. Written as a
 * SavedModel of one file, tag {@code serve}, signature {@code serving_default}:
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
    public static final String SIGNATURE = "serving_default";
    public static final String IMAGES = "images";
    public static final String BEAM_WIDTH = "beam_width";
    public static final String MAX_LENGTH = "max_length";
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
            Ops tf = Ops.create(graph);
            ConstantParameters parameters = new ConstantParameters(tf, weights);
            Encoder encoder = Encoder.of(config);
            Decoder decoder = Decoder.of(config);
            Placeholder<TUint8> images =
                    tf.withName(IMAGES).placeholder(TUint8.class, Placeholder.shape(config.imageShape()));
            Placeholder<TInt32> width = scalar(tf, BEAM_WIDTH);
            Placeholder<TInt32> length = scalar(tf, MAX_LENGTH);
            Operand<TFloat32> features = encoder.encode(tf, new FoldedConvolutions(tf, parameters), images);
            Beams beams = BeamSearch.build(
                    graph,
                    tf,
                    decoder,
                    decoder.declare(tf, parameters),
                    decoder.image(tf, parameters, features, encoder.features()),
                    width,
                    length);
            SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
            signature.putInputs(IMAGES, info(images, config.imageShape()));
            signature.putInputs(BEAM_WIDTH, info(width, Shape.scalar()));
            signature.putInputs(MAX_LENGTH, info(length, Shape.scalar()));
            Shape perBeam = Shape.of(-1, -1);
            Shape perToken = Shape.of(-1, -1, -1);
            signature.putOutputs(TOKENS, info(tf.withName(TOKENS).identity(beams.tokens()), perToken));
            signature.putOutputs(LOG_PROBS, info(tf.withName(LOG_PROBS).identity(beams.logProbs()), perBeam));
            signature.putOutputs(
                    TOKEN_LOG_PROBS, info(tf.withName(TOKEN_LOG_PROBS).identity(beams.tokenLogProbs()), perToken));
            signature.putOutputs(LENGTHS, info(tf.withName(LENGTHS).identity(beams.lengths()), perBeam));
            signature.putOutputs(FINISHED, info(tf.withName(FINISHED).identity(beams.finished()), perBeam));
            write(graph.toGraphDef(), signature.build(), savedModelPb);
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
            int size = config.imageSize();
            return new Description(
                    Map.of(
                            IMAGES, "DT_UINT8 [-1, " + size + ", " + size + ", 3]",
                            BEAM_WIDTH, "DT_INT32 []",
                            MAX_LENGTH, "DT_INT32 []"),
                    Map.of(
                            TOKENS, "DT_INT32 [-1, -1, -1]",
                            LOG_PROBS, "DT_FLOAT [-1, -1]",
                            TOKEN_LOG_PROBS, "DT_FLOAT [-1, -1, -1]",
                            LENGTHS, "DT_INT32 [-1, -1]",
                            FINISHED, "DT_BOOL [-1, -1]"),
                    config.vocabularySize());
        }
    }

    /**
     * Reads signature and vocabulary size of a graph file without loading the graph.
     *
     * @throws MalformedWeightsException if it is not a SavedModel with the tag, the signature and an embedding
     */
    public static Description describe(Path savedModelPb) throws IOException {
        try (FileChannel channel = FileChannel.open(savedModelPb, StandardOpenOption.READ)) {
            // The constants stay in the mapped file instead of being copied to the heap.
            ByteString bytes =
                    UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            CodedInputStream input = bytes.newCodedInput();
            input.enableAliasing(true);
            return describe(SavedModel.parseFrom(input), savedModelPb);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedWeightsException(savedModelPb + " is not a SavedModel: " + e.getMessage(), e);
        }
    }

    private static Description describe(SavedModel model, Path file) throws MalformedWeightsException {
        MetaGraphDef graph = model.getMetaGraphsList().stream()
                .filter(candidate -> candidate.getMetaInfoDef().getTagsList().contains(TAG))
                .findFirst()
                .orElseThrow(() -> new MalformedWeightsException(file + " has no graph tagged '" + TAG + "'"));
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

    private static void write(GraphDef graph, SignatureDef signature, Path file) throws IOException {
        SavedModel model = SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(MetaGraphDef.newBuilder()
                        .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder()
                                .addTags(TAG)
                                .setTensorflowVersion(TensorFlow.version()))
                        .setGraphDef(ordered(graph))
                        .putSignatureDef(SIGNATURE, signature))
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

    private static Placeholder<TInt32> scalar(Ops tf, String name) {
        return tf.withName(name).placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    }

    private static TensorInfo info(Operand<?> operand, Shape shape) {
        Output<?> output = operand.asOutput();
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (long dimension : shape.asArray()) {
            dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(dimension));
        }
        return TensorInfo.newBuilder()
                .setName(output.op().name() + ":" + output.index())
                .setDtype(output.dataType())
                .setTensorShape(dimensions)
                .build();
    }
}
