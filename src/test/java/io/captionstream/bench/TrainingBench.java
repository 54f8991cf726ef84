package io.captionstream.bench;

import io.captionstream.network.Architecture;
import io.captionstream.network.NetworkConfig;
import io.captionstream.network.TrainingBatch;
import io.captionstream.network.TrainingGraph;
import io.captionstream.network.TrainingOptions;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Time of a training step of the networks at full size, beside that of a product of two matrices in the same process and
 * the same rounds: the ratio says how well a step uses the machine, whichever it is and however busy. Then the memory of
 * steps of the whole of ResNet50.
 */
public final class TrainingBench {
    private static final int VOCABULARY = 10_000;
    private static final int LENGTH = 20;
    private static final int DECODER_BATCH = 64;
    private static final int MATRIX = 4096;
    private static final int STEPS = 5;

    private final int rounds = Integer.getInteger("bench.rounds", 5);
    private final Random random = new Random(1);

    private TrainingBench() {}

    public static void main(String[] args) throws IOException {
        new TrainingBench().run();
    }

    private void run() throws IOException {
        // First, so that the memory is that of these steps.
        WholeNetworkStep.main(new String[] {Integer.toString(rounds)});
        decoder(Architecture.RESNET50_LSTM);
        decoder(Architecture.INCEPTIONV3_GLOVE);
    }

    private void decoder(Architecture architecture) {
        NetworkConfig network = NetworkConfig.paper(architecture, VOCABULARY);
        TrainingOptions options = TrainingOptions.defaults().withTrainEncoder(false);
        try (TrainingGraph graph = new TrainingGraph(network, options, 1);
                Product product = new Product(MATRIX)) {
            float[] features = new float[DECODER_BATCH * graph.featureCount()];
            for (int i = 0; i < features.length; i++) {
                features[i] = random.nextFloat();
            }
            TrainingBatch batch = new TrainingBatch.Features(features, captions(DECODER_BATCH));
            graph.step(batch, 0.001f);
            product.run();
            double[] ratios = new double[rounds];
            double[] steps = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                double matrices = milliseconds(1, product::run);
                steps[round] = milliseconds(STEPS, () -> graph.step(batch, 0.001f));
                matrices = (matrices + milliseconds(1, product::run)) / 2;
                ratios[round] = steps[round] / matrices;
                System.out.printf(
                        Locale.ROOT,
                        "round %d: %s decoder step %.0f ms, %d x %d product %.0f ms (%.0f GFLOP/s), ratio %.2f%n",
                        round + 1,
                        architecture.modelName(),
                        steps[round],
                        MATRIX,
                        MATRIX,
                        matrices,
                        2e-6 * MATRIX * MATRIX * MATRIX / matrices,
                        ratios[round]);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s decoder, batch %d, %d tokens, vocabulary %d: %.0f ms a step, %.2f of the product (medians of %d)%n",
                    architecture.modelName(),
                    DECODER_BATCH,
                    LENGTH,
                    VOCABULARY,
                    Median.of(steps),
                    Median.of(ratios),
                    rounds);
        }
    }

    /** As long as they can be, without an end. */
    private int[][] captions(int count) {
        int[][] captions = new int[count][LENGTH];
        for (int[] caption : captions) {
            Arrays.setAll(caption, i -> 4 + random.nextInt(VOCABULARY - 4));
        }
        return captions;
    }

    private static double milliseconds(int times, Runnable work) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / 1e6 / times;
    }

    /** A product of square matrices of random numbers. */
    private static final class Product implements AutoCloseable {
        private final Graph graph = new Graph();
        private final Session session;
        private final Operand<TFloat32> sum;

        Product(int size) {
            Ops tf = Ops.create(graph);
            Operand<TFloat32> left = tf.random.randomUniform(tf.constant(new int[] {size, size}), TFloat32.class);
            var first = tf.variable(left);
            sum = tf.reduceMax(tf.linalg.matMul(first, first), tf.constant(new int[] {0, 1}));
            session = new Session(graph);
            session.runner().addTarget(tf.assign(first, left).op()).run().close();
        }

        void run() {
            session.runner().fetch(sum).run().close();
        }

        @Override
        public void close() {
            session.close();
            graph.close();
        }
    }
}
