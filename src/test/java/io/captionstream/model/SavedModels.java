package io.captionstream.model;

import io.captionstream.network.FrozenGraph;
import io.captionstream.network.TensorFlowRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
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
final class SavedModels {
    static final int IMAGE_SIZE = 8;

    private SavedModels() {}

    static Path write(Path folder) throws IOException {
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
            build(tf, signature);
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

    private static void build(Ops tf, SignatureDef.Builder signature) {
        Shape imageShape = Shape.of(-1, IMAGE_SIZE, IMAGE_SIZE, 3);
        Placeholder<TUint8> images = tf.placeholder(TUint8.class, Placeholder.shape(imageShape));
        Placeholder<TInt32> width = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        Placeholder<TInt32> length = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        Operand<TFloat32> brightness =
                tf.math.mean(tf.dtypes.cast(images, TFloat32.class), tf.constant(new int[] {1, 2, 3}));
        Operand<TInt32> word = tf.math.add(
                tf.dtypes.cast(tf.math.greater(brightness, tf.constant(127f)), TInt32.class), tf.constant(4));
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
        signature.putInputs(FrozenGraph.IMAGES, info(images, imageShape));
        signature.putInputs(FrozenGraph.BEAM_WIDTH, info(width, Shape.scalar()));
        signature.putInputs(FrozenGraph.MAX_LENGTH, info(length, Shape.scalar()));
        signature.putOutputs(FrozenGraph.TOKENS, info(tokens, Shape.of(-1, -1, 2)));
        signature.putOutputs(FrozenGraph.LOG_PROBS, info(logProbs, Shape.of(-1, -1)));
        signature.putOutputs(FrozenGraph.TOKEN_LOG_PROBS, info(tokenLogProbs, Shape.of(-1, -1, 2)));
        signature.putOutputs(FrozenGraph.LENGTHS, info(lengths, Shape.of(-1, -1)));
        signature.putOutputs(FrozenGraph.FINISHED, info(finished, Shape.of(-1, -1)));
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
