package io.captionstream.model;

import io.captionstream.network.FrozenGraph;
import io.captionstream.network.TensorFlowRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** A model of another make: it says word 4 of dark images and word 5 of bright ones. */
public final class SavedModels {
    public static final int IMAGE_SIZE = 8;

    private static final Shape PER_BEAM = Shape.of(-1, -1);
    private static final Shape PER_TOKEN = Shape.of(-1, -1, 2);
    private static final Map<String, Shape> OUTPUT_SHAPES = Map.of(
            FrozenGraph.TOKENS, PER_TOKEN,
            FrozenGraph.LOG_PROBS, PER_BEAM,
            FrozenGraph.TOKEN_LOG_PROBS, PER_TOKEN,
            FrozenGraph.LENGTHS, PER_BEAM,
            FrozenGraph.FINISHED, PER_BEAM);

    private SavedModels() {}

    public static Path write(Path folder) throws IOException {
        return write(folder, false, signature -> {});
    }

    /**
     * Writes the model.
     *
     * @param variable whether the graph also has a variable, whose value is not written
     * @param change to its signature
     */
    static Path write(Path folder, boolean variable, Consumer<SignatureDef.Builder> change) throws IOException {
        TensorFlowRuntime.ensureLoaded();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
            Map<String, Operand<?>> inputs = new LinkedHashMap<>();
            Map<String, Operand<?>> outputs = new LinkedHashMap<>();
            build(tf, tf.constant(4), inputs, outputs);
            inputs.forEach((name, operand) -> signature.putInputs(name, info(operand, operand.shape())));
            outputs.forEach((name, operand) -> signature.putOutputs(name, info(operand, OUTPUT_SHAPES.get(name))));
            if (variable) {
                tf.varHandleOp(TFloat32.class, Shape.of(2), VarHandleOp.sharedName("weights"));
            }
            change.accept(signature);
            MetaGraphDef.Builder meta = MetaGraphDef.newBuilder()
                    .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder().addTags(FrozenGraph.TAG))
                    .setGraphDef(graph.toGraphDef());
            if (signature.getInputsCount() > 0) {
                meta.putSignatureDef(FrozenGraph.SIGNATURE, signature.build());
            }
            Files.createDirectories(folder);
            Files.write(
                    folder.resolve(BundleManifest.GRAPH),
                    SavedModel.newBuilder()
                            .setSavedModelSchemaVersion(1)
                            .addMetaGraphs(meta)
                            .build()
                            .toByteArray());
            return folder;
        }
    }

    /** As TensorFlow's own exporter writes it: the word is the value of a variable, which lies in {@code variables}. */
    static Path writeWithVariables(Path folder) throws IOException {
        TensorFlowRuntime.ensureLoaded();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Variable<TInt32> darkWord = tf.variable(Shape.scalar(), TInt32.class);
            Op assigned = tf.assign(darkWord, tf.constant(4));
            Map<String, Operand<?>> inputs = new LinkedHashMap<>();
            Map<String, Operand<?>> outputs = new LinkedHashMap<>();
            build(tf, darkWord, inputs, outputs);
            Signature.Builder signature = Signature.builder().key(FrozenGraph.SIGNATURE);
            inputs.forEach(signature::input);
            outputs.forEach(signature::output);
            try (Session session = new Session(graph)) {
                session.runner().addTarget(assigned).run().close();
                SavedModelBundle.exporter(folder.toString())
                        .withTags(FrozenGraph.TAG)
                        .withSession(session)
                        .withSignature(signature.build())
                        .export();
            }
            return folder;
        }
    }

    private static void build(
            Ops tf, Operand<TInt32> darkWord, Map<String, Operand<?>> inputs, Map<String, Operand<?>> outputs) {
        Shape imageShape = Shape.of(-1, IMAGE_SIZE, IMAGE_SIZE, 3);
        Placeholder<TUint8> images = tf.placeholder(TUint8.class, Placeholder.shape(imageShape));
        Placeholder<TInt32> width = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        Placeholder<TInt32> length = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        Operand<TFloat32> brightness =
                tf.math.mean(tf.dtypes.cast(images, TFloat32.class), tf.constant(new int[] {1, 2, 3}));
        Operand<TInt32> word =
                tf.math.add(tf.dtypes.cast(tf.math.greater(brightness, tf.constant(127f)), TInt32.class), darkWord);
        Operand<TInt32> words = tf.reshape(word, tf.constant(new int[] {-1, 1, 1}));
        Operand<TInt32> sentence = tf.concat(
                List.of(words, tf.math.add(tf.math.mul(words, tf.constant(0)), tf.constant(2))), tf.constant(2));
        Operand<TInt32> one = tf.constant(1);
        Operand<TInt32> tokens = tf.tile(sentence, tf.stack(List.of(one, width, one)));
        Operand<TFloat32> zeros = tf.math.mul(tf.dtypes.cast(tokens, TFloat32.class), tf.constant(0f));
        Operand<TFloat32> tokenLogProbs = tf.math.sub(zeros, tf.constant(0.25f));
        Operand<TFloat32> logProbs = tf.reduceSum(tokenLogProbs, tf.constant(2));
        Operand<TInt32> lengths = tf.dtypes.cast(tf.math.mul(logProbs, tf.constant(-4f)), TInt32.class);
        Operand<TBool> finished = tf.math.less(logProbs, tf.constant(0f));
        inputs.put(FrozenGraph.IMAGES, images);
        inputs.put(FrozenGraph.BEAM_WIDTH, width);
        inputs.put(FrozenGraph.MAX_LENGTH, length);
        outputs.put(FrozenGraph.TOKENS, tokens);
        outputs.put(FrozenGraph.LOG_PROBS, logProbs);
        outputs.put(FrozenGraph.TOKEN_LOG_PROBS, tokenLogProbs);
        outputs.put(FrozenGraph.LENGTHS, lengths);
        outputs.put(FrozenGraph.FINISHED, finished);
    }

    private static TensorInfo info(Operand<?> operand, Shape shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (long dimension : shape.asArray()) {
            dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(dimension));
        }
        return TensorInfo.newBuilder()
                .setName(operand.asOutput().op().name() + ":"
                        + operand.asOutput().index())
                .setDtype(operand.asOutput().dataType())
                .setTensorShape(dimensions)
                .build();
    }
}
