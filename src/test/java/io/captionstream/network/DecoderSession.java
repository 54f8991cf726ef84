package io.captionstream.network;

import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The real beam search of a decoder on feature vectors. */
final class DecoderSession implements AutoCloseable {
    private final int featureCount;
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TFloat32> features;
    private final Placeholder<TInt32> width;
    private final Placeholder<TInt32> length;
    private final BeamSearch.Beams beams;

    static {
        TensorFlowRuntime.ensureLoaded();
    }

    /** @param weights with the names of the decoder, prefix included */
    DecoderSession(Decoder decoder, int featureCount, Weights weights) {
        this.featureCount = featureCount;
        Ops tf = Ops.create(graph);
        features = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, featureCount)));
        width = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        length = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        ConstantParameters parameters = new ConstantParameters(tf, weights);
        Operand<TFloat32> image = decoder.image(tf, parameters, features, featureCount);
        beams = BeamSearch.build(graph, tf, decoder, decoder.declare(tf, parameters), image, width, length);
        session = new Session(graph);
    }

    List<List<Beam>> search(float[] vectors, int beamWidth, int maxLength) {
        int count = vectors.length / featureCount;
        try (TFloat32 rows = TFloat32.tensorOf(Shape.of(count, featureCount), DataBuffers.of(vectors));
                TInt32 k = TInt32.scalarOf(beamWidth);
                TInt32 t = TInt32.scalarOf(maxLength);
                Result result = session.runner()
                        .feed(features, rows)
                        .feed(width, k)
                        .feed(length, t)
                        .fetch(beams.tokens())
                        .fetch(beams.logProbs())
                        .fetch(beams.tokenLogProbs())
                        .fetch(beams.lengths())
                        .fetch(beams.finished())
                        .run()) {
            return Beam.read(
                    (TInt32) result.get(0),
                    (TFloat32) result.get(1),
                    (TFloat32) result.get(2),
                    (TInt32) result.get(3),
                    (TBool) result.get(4));
        }
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
