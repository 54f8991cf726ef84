package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The real searches of a decoder on feature vectors. */
final class DecoderSession implements AutoCloseable {
    private final int featureCount;
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TFloat32> features;
    private final Placeholder<TInt32> width;
    private final Placeholder<TInt32> length;
    private final Placeholder<TInt32> minLength;
    private final Placeholder<TInt32> noRepeat;
    private final Placeholder<TInt32> groups;
    private final Placeholder<TFloat32> diversity;
    private final Placeholder<TFloat32> lengthPenalty;
    private final Placeholder<TFloat32> temperature;
    private final Placeholder<TInt32> topK;
    private final Placeholder<TFloat32> noise;
    private final Beams beams;
    private final Beams refined;
    private final Beams sampled;

    static {
        TensorFlowRuntime.ensureLoaded();
    }

    /** @param weights with the names of the decoder, prefix included */
    DecoderSession(Decoder decoder, int featureCount, Weights weights) {
        this.featureCount = featureCount;
        Ops tf = Ops.create(graph);
        features = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, featureCount)));
        width = integer(tf);
        length = integer(tf);
        minLength = integer(tf);
        noRepeat = integer(tf);
        groups = integer(tf);
        diversity = number(tf);
        lengthPenalty = number(tf);
        temperature = number(tf);
        topK = integer(tf);
        noise = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1, -1)));
        ConstantParameters parameters = new ConstantParameters(tf, weights);
        Operand<TFloat32> image = decoder.image(tf, parameters, features, featureCount);
        Decoder.Tensors tensors = decoder.declare(tf, parameters);
        Constraints constraints = new Constraints(minLength, noRepeat);
        beams = BeamSearch.build(graph, tf, decoder, tensors, image, width, length);
        refined = RefinedSearch.build(
                graph,
                tf,
                decoder,
                tensors,
                image,
                new RefinedSearch.Options(width, length, constraints, groups, diversity, lengthPenalty));
        sampled = Sampling.build(
                graph,
                tf,
                decoder,
                tensors,
                image,
                new Sampling.Options(width, length, constraints, temperature, topK, noise));
        session = new Session(graph);
    }

    private static Placeholder<TInt32> integer(Ops tf) {
        return tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    }

    private static Placeholder<TFloat32> number(Ops tf) {
        return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    }

    List<List<Beam>> search(float[] vectors, int beamWidth, int maxLength) {
        return run(vectors, Map.of(width, beamWidth, length, maxLength), beams);
    }

    List<List<Beam>> refined(float[] vectors, int beamWidth, int maxLength, Steering steering) {
        return run(
                vectors,
                Map.of(
                        width,
                        beamWidth,
                        length,
                        maxLength,
                        minLength,
                        steering.minLength(),
                        noRepeat,
                        steering.noRepeat(),
                        groups,
                        steering.groups(),
                        diversity,
                        (float) steering.diversity(),
                        lengthPenalty,
                        (float) steering.lengthPenalty()),
                refined);
    }

    /** @param numbers {@code [images][captions][words]} */
    List<List<Beam>> sampled(float[] vectors, float[][][] numbers, double heat, int best, Steering steering) {
        return run(
                vectors,
                Map.of(
                        width,
                        numbers[0].length,
                        length,
                        numbers[0][0].length,
                        minLength,
                        steering.minLength(),
                        noRepeat,
                        steering.noRepeat(),
                        temperature,
                        (float) heat,
                        topK,
                        best,
                        noise,
                        numbers),
                sampled);
    }

    private List<List<Beam>> run(float[] vectors, Map<Placeholder<?>, Object> fed, Beams fetched) {
        int count = vectors.length / featureCount;
        List<Tensor> tensors = new ArrayList<>();
        TFloat32 rows = TFloat32.tensorOf(Shape.of(count, featureCount), DataBuffers.of(vectors));
        tensors.add(rows);
        Session.Runner runner = session.runner().feed(features, rows);
        fed.forEach((placeholder, value) -> {
            Tensor tensor = tensor(value);
            tensors.add(tensor);
            runner.feed(placeholder, tensor);
        });
        try (Result result = runner.fetch(fetched.tokens())
                .fetch(fetched.logProbs())
                .fetch(fetched.tokenLogProbs())
                .fetch(fetched.lengths())
                .fetch(fetched.finished())
                .run()) {
            return Beam.read(
                    (TInt32) result.get(0),
                    (TFloat32) result.get(1),
                    (TFloat32) result.get(2),
                    (TInt32) result.get(3),
                    (TBool) result.get(4));
        } finally {
            tensors.forEach(Tensor::close);
        }
    }

    private static Tensor tensor(Object value) {
        if (value instanceof Integer number) {
            return TInt32.scalarOf(number);
        }
        if (value instanceof Float number) {
            return TFloat32.scalarOf(number);
        }
        return TFloat32.tensorOf(StdArrays.ndCopyOf((float[][][]) value));
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
