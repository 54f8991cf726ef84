package io.captionstream.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Builds the graph of {@link FrozenGraph}: one encoder, and a search for each signature. */
final class ServingGraph {
    private final Ops tf;
    private final NetworkConfig config;
    private final Map<String, Placeholder<?>> inputs = new LinkedHashMap<>();
    private final Map<String, SignatureDef> signatures = new LinkedHashMap<>();

    private ServingGraph(Ops tf, NetworkConfig config) {
        this.tf = tf;
        this.config = config;
    }

    /** Builds it and returns its signatures by their keys. */
    static Map<String, SignatureDef> build(Graph graph, NetworkConfig config, Weights weights) {
        Ops tf = Ops.create(graph);
        ServingGraph serving = new ServingGraph(tf, config);
        ConstantParameters parameters = new ConstantParameters(tf, weights);
        Encoder encoder = Encoder.of(config);
        Decoder decoder = Decoder.of(config);
        Placeholder<TUint8> images = serving.input(FrozenGraph.IMAGES, TUint8.class, config.imageShape());
        Placeholder<TInt32> width = serving.integer(FrozenGraph.BEAM_WIDTH);
        Placeholder<TInt32> length = serving.integer(FrozenGraph.MAX_LENGTH);
        Operand<TFloat32> features = encoder.encode(tf, new FoldedConvolutions(tf, parameters), images);
        Decoder.Tensors tensors = decoder.declare(tf, parameters);
        Operand<TFloat32> image = decoder.image(tf, parameters, features, encoder.features());
        serving.add(GraphSignature.SEARCH, BeamSearch.build(graph, tf, decoder, tensors, image, width, length));
        Constraints constraints =
                new Constraints(serving.integer(FrozenGraph.MIN_LENGTH), serving.integer(FrozenGraph.NO_REPEAT));
        RefinedSearch.Options refined = new RefinedSearch.Options(
                width,
                length,
                constraints,
                serving.integer(FrozenGraph.BEAM_GROUPS),
                serving.number(FrozenGraph.DIVERSITY),
                serving.number(FrozenGraph.SEARCH_LENGTH_PENALTY));
        serving.add(GraphSignature.REFINED_SEARCH, RefinedSearch.build(graph, tf, decoder, tensors, image, refined));
        Sampling.Options sampling = new Sampling.Options(
                width,
                length,
                constraints,
                serving.number(FrozenGraph.TEMPERATURE),
                serving.integer(FrozenGraph.TOP_K),
                serving.input(FrozenGraph.NOISE, TFloat32.class, Shape.of(-1, -1, -1)));
        serving.add(GraphSignature.SAMPLING, Sampling.build(graph, tf, decoder, tensors, image, sampling));
        return serving.signatures;
    }

    private Placeholder<TInt32> integer(String name) {
        return input(name, TInt32.class, Shape.scalar());
    }

    private Placeholder<TFloat32> number(String name) {
        return input(name, TFloat32.class, Shape.scalar());
    }

    private <T extends TType> Placeholder<T> input(String name, Class<T> type, Shape shape) {
        Placeholder<T> input = tf.withName(name).placeholder(type, Placeholder.shape(shape));
        inputs.put(name, input);
        return input;
    }

    private void add(GraphSignature signature, Beams beams) {
        SignatureDef.Builder definition = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
        for (String name : signature.inputs(config).keySet()) {
            Placeholder<?> input = inputs.get(name);
            definition.putInputs(name, info(input, input.asOutput().shape()));
        }
        Shape perBeam = Shape.of(-1, -1);
        Shape perToken = Shape.of(-1, -1, -1);
        String prefix = signature.prefix();
        definition.putOutputs(FrozenGraph.TOKENS, output(prefix + FrozenGraph.TOKENS, beams.tokens(), perToken));
        definition.putOutputs(FrozenGraph.LOG_PROBS, output(prefix + FrozenGraph.LOG_PROBS, beams.logProbs(), perBeam));
        definition.putOutputs(
                FrozenGraph.TOKEN_LOG_PROBS,
                output(prefix + FrozenGraph.TOKEN_LOG_PROBS, beams.tokenLogProbs(), perToken));
        definition.putOutputs(FrozenGraph.LENGTHS, output(prefix + FrozenGraph.LENGTHS, beams.lengths(), perBeam));
        definition.putOutputs(FrozenGraph.FINISHED, output(prefix + FrozenGraph.FINISHED, beams.finished(), perBeam));
        signatures.put(signature.key(), definition.build());
    }

    private TensorInfo output(String name, Operand<? extends TType> operand, Shape shape) {
        return info(tf.withName(name).identity(operand), shape);
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
