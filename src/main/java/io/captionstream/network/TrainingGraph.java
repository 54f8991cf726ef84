package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import io.captionstream.text.Vocabulary;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * A network with its weights as variables: training steps, evaluation, features. Starts from seeded random weights. On a
 * CPU, equal seeds and equal batches give equal weights, bit for bit, on the same machine with the same number of threads;
 * on a GPU that also needs {@code TF_DETERMINISTIC_OPS=1} in the environment. Not thread-safe.
 */
public final class TrainingGraph implements AutoCloseable {
    /** Parts the dropout masks of the parts of a step; odd, so that no two are alike. */
    private static final int PART_SEED = 0x9E3779B9;

    private final NetworkConfig config;
    private final TrainingOptions options;
    private final long seed;
    private final int featureCount;
    private final Graph graph = new Graph();
    private final Session session;
    private final VariableParameters parameters;
    private final Placeholder<TUint8> images;
    private final Placeholder<TInt32> captions;
    private final Placeholder<TInt32> dropoutSeed;
    private final Operand<TFloat32> frozenFeatures;
    private final CaptionLoss trainingLoss;
    private final CaptionLoss evaluationLoss;
    private final Adam adam;
    private final List<VariableParameters.Variable> trained;
    private final List<Output<TFloat32>> statistics;
    private final List<Operand<TFloat32>> appliedStatistics;
    private long steps;

    static {
        TensorFlowRuntime.ensureLoaded();
    }

    public TrainingGraph(NetworkConfig config, TrainingOptions options, long seed) {
        this.config = requireNonNull(config, "config is null");
        this.options = requireNonNull(options, "options is null");
        this.seed = seed;
        Ops tf = Ops.create(graph);
        parameters = new VariableParameters(tf);
        Encoder encoder = Encoder.of(config);
        Decoder decoder = Decoder.of(config);
        featureCount = encoder.features();
        images = tf.withName("images").placeholder(TUint8.class, Placeholder.shape(config.imageShape()));
        captions = CaptionLoss.captions(tf, config.maxLength());
        dropoutSeed = tf.withName("dropout_seed").placeholder(TInt32.class, Placeholder.shape(Shape.of(2)));
        frozenFeatures = encoder.encode(tf, convolutions(tf, false), images);
        evaluationLoss = loss(tf, decoder, frozenFeatures, null, 0);
        TrainableConvolutions training = convolutions(tf, true);
        Operand<TFloat32> features = options.trainEncoder() ? encoder.encode(tf, training, images) : frozenFeatures;
        CaptionLoss.@Nullable Dropout dropout =
                options.dropout() > 0 ? new CaptionLoss.Dropout(1 - options.dropout(), dropoutSeed) : null;
        trainingLoss = loss(tf, decoder, features, dropout, options.labelSmoothing());
        statistics = training.statistics();
        appliedStatistics = training.applied();
        trained = parameters.variables().stream().filter(this::isTrained).toList();
        adam = new Adam(graph, tf, parameters, trainingLoss, trained, options.gradientNorm(), training.updates());
        session = new Session(graph);
        parameters.initialize(session, seed);
    }

    /**
     * One step of Adam on a batch.
     *
     * @param learningRate of this step
     * @return the mean loss per token before the step, in nats
     * @throws IllegalStateException if the batch holds features and the encoder learns
     */
    public float step(TrainingBatch batch, float learningRate) {
        try (Feeds feeds = feeds(batch, 0);
                TFloat32 count = TFloat32.scalarOf(tokenCount(batch));
                TFloat32 rate = TFloat32.scalarOf(learningRate);
                Result result = feeds.into(session.runner())
                        .feed(adam.tokenCount(), count)
                        .feed(adam.learningRate(), rate)
                        .addTarget(adam.step())
                        .fetch(trainingLoss.loss())
                        .run()) {
            steps++;
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    /**
     * One step on several batches together: the gradients are those of one batch that is their union, except that batch
     * normalization uses the statistics of each part and dropout other masks. Needs the memory of as many parts as the
     * executor runs at a time. The result depends on how the examples are cut, not on the executor.
     *
     * @param parts at least one
     * @param executor calculates the gradients of the parts
     * @return the mean loss per token over all parts before the step, in nats
     */
    public float step(List<TrainingBatch> parts, Executor executor, float learningRate) {
        if (parts.size() == 1) {
            return step(parts.get(0), learningRate);
        }
        List<CompletableFuture<Result>> results = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            int part = i;
            results.add(CompletableFuture.supplyAsync(() -> partialGradients(parts.get(part), part), executor));
        }
        float tokens = parts.stream().mapToInt(this::tokenCount).sum();
        try (PartialSum sum = PartialSum.of(results);
                TFloat32 count = TFloat32.scalarOf(tokens);
                TFloat32 rate = TFloat32.scalarOf(learningRate)) {
            Session.Runner runner = session.runner();
            for (int i = 0; i < adam.gradients().size(); i++) {
                runner.feed(adam.applied().get(i).asOutput(), sum.total(1 + i));
            }
            for (int i = 0; i < statistics.size(); i++) {
                runner.feed(
                        appliedStatistics.get(i).asOutput(),
                        sum.mean(1 + adam.gradients().size() + i));
            }
            runner.feed(adam.tokenCount(), count)
                    .feed(adam.learningRate(), rate)
                    .addTarget(adam.step())
                    .run()
                    .close();
            steps++;
            return sum.scalar(0) / tokens;
        }
    }

    /** Loss and gradients, sums over the tokens, then the statistics of batch normalization. */
    private Result partialGradients(TrainingBatch batch, int part) {
        try (Feeds feeds = feeds(batch, part)) {
            Session.Runner runner = feeds.into(session.runner()).fetch(trainingLoss.sum());
            adam.gradients().forEach(runner::fetch);
            statistics.forEach(runner::fetch);
            return runner.run();
        }
    }

    private int tokenCount(TrainingBatch batch) {
        return Arrays.stream(batch.tokens())
                .mapToInt(caption -> Math.min(caption.length + 1, config.maxLength()))
                .sum();
    }

    /** The mean loss per token of a batch as in serving: running statistics, no dropout, no smoothing. */
    public float loss(TrainingBatch batch) {
        try (Feeds feeds = feeds(batch, 0);
                Result result = feeds.into(session.runner())
                        .fetch(evaluationLoss.loss())
                        .run()) {
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    /** Encoder output {@code [B, F]} of a batch as in serving. */
    public float[] features(ByteBuffer rgb, int batchSize) {
        try (TUint8 pixels = pixels(rgb, batchSize);
                Result result = session.runner()
                        .feed(images, pixels)
                        .fetch(frozenFeatures)
                        .run()) {
            return VariableParameters.floats((TFloat32) result.get(0));
        }
    }

    /** Length of a feature vector. */
    public int featureCount() {
        return featureCount;
    }

    /** Number of values that learn. */
    public long trainedParameterCount() {
        return trained.stream()
                .mapToLong(variable -> variable.storedShape().size())
                .sum();
    }

    /** All weights of the network as they are now, without the optimizer's. */
    public Weights weights() {
        return parameters.read(
                session,
                parameters.variables().stream()
                        .filter(variable -> !isOptimizer(variable))
                        .toList());
    }

    /**
     * Replaces the weights that are given, for example only the encoder's or only the embedding.
     *
     * @throws IllegalArgumentException if the network has no such tensor or one of another shape
     */
    public void load(Weights weights) {
        for (String name : weights.names()) {
            checkArgument(!name.startsWith(Adam.PREFIX), "'%s' is not a weight of the network", name);
        }
        parameters.load(session, weights);
    }

    /** Moments and beta powers of Adam. With {@link #weights} a checkpoint from which training goes on unchanged. */
    public Weights optimizerState() {
        Weights state = parameters.read(
                session,
                parameters.variables().stream()
                        .filter(TrainingGraph::isOptimizer)
                        .toList());
        return Weights.builder()
                .putAll(state)
                .put(Adam.PREFIX + "steps", new long[0], new float[] {steps})
                .build();
    }

    /** @throws IllegalArgumentException if it is not the state of such a network with such options */
    public void loadOptimizerState(Weights state) {
        String counter = Adam.PREFIX + "steps";
        for (String name : state.names()) {
            checkArgument(name.startsWith(Adam.PREFIX), "'%s' is not state of the optimizer", name);
        }
        long restored = (long) state.values(counter).get(0);
        parameters.load(session, state.only(name -> !name.equals(counter)));
        steps = restored;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }

    private TrainableConvolutions convolutions(Ops tf, boolean training) {
        return new TrainableConvolutions(tf, parameters, training, (float) options.batchNormMomentum());
    }

    private CaptionLoss loss(
            Ops tf,
            Decoder decoder,
            Operand<TFloat32> features,
            CaptionLoss.@Nullable Dropout dropout,
            double labelSmoothing) {
        return CaptionLoss.build(
                tf, decoder, parameters, features, featureCount, captions, config.maxLength(), dropout, labelSmoothing);
    }

    private boolean isTrained(VariableParameters.Variable variable) {
        return variable.trainable()
                && (options.trainEncoder() || !variable.name().startsWith(Encoder.PREFIX))
                && (options.trainEmbedding() || !variable.name().equals(Decoder.EMBEDDING));
    }

    private static boolean isOptimizer(VariableParameters.Variable variable) {
        return variable.name().startsWith(Adam.PREFIX);
    }

    private Feeds feeds(TrainingBatch batch, int part) {
        Tensor input;
        Operand<?> place;
        if (batch instanceof TrainingBatch.Pixels pixels) {
            input = pixels(pixels.rgb(), batch.size());
            place = images;
        } else {
            TrainingBatch.Features features = (TrainingBatch.Features) batch;
            checkState(!options.trainEncoder(), "the encoder learns, its features change with every step");
            checkArgument(
                    features.rows().length == batch.size() * featureCount,
                    "%s numbers are not %s features of each of %s images",
                    features.rows().length,
                    featureCount,
                    batch.size());
            input = TFloat32.tensorOf(Shape.of(batch.size(), featureCount), DataBuffers.of(features.rows()));
            place = frozenFeatures;
        }
        int[] maskSeed = {(int) seed + part * PART_SEED, (int) steps};
        return new Feeds(
                List.of(place, captions, dropoutSeed),
                List.of(
                        input,
                        TInt32.tensorOf(StdArrays.ndCopyOf(padded(batch.tokens(), config.maxLength()))),
                        TInt32.vectorOf(maskSeed)));
    }

    /** What one run of the graph reads. */
    private record Feeds(List<Operand<?>> places, List<Tensor> values) implements AutoCloseable {
        Session.Runner into(Session.Runner runner) {
            for (int i = 0; i < places.size(); i++) {
                runner.feed(places.get(i).asOutput(), values.get(i));
            }
            return runner;
        }

        @Override
        public void close() {
            values.forEach(Tensor::close);
        }
    }

    private TUint8 pixels(ByteBuffer rgb, int batchSize) {
        int size = config.imageSize();
        int expected = Math.multiplyExact(batchSize, size * size * 3);
        checkArgument(rgb.isDirect(), "the pixels must be in a direct buffer");
        checkArgument(
                rgb.remaining() == expected,
                "%s images of %s pixels need %s bytes, there are %s",
                batchSize,
                size,
                expected,
                rgb.remaining());
        return TUint8.tensorOf(Shape.of(batchSize, size, size, 3), DataBuffers.of(rgb.duplicate()));
    }

    /** Cut to the length, ended where there is room, padded. */
    static int[][] padded(int[][] tokens, int maxLength) {
        int[][] result = new int[tokens.length][maxLength];
        for (int row = 0; row < tokens.length; row++) {
            int length = Math.min(tokens[row].length, maxLength);
            System.arraycopy(tokens[row], 0, result[row], 0, length);
            if (length < maxLength) {
                result[row][length] = Vocabulary.END;
            }
        }
        return result;
    }

    /** Gradients of a batch before clipping: for tests of the gradients. */
    Weights gradients(TrainingBatch batch) {
        try (Feeds feeds = feeds(batch, 0)) {
            Session.Runner runner = feeds.into(session.runner());
            adam.gradients().forEach(runner::fetch);
            try (Result result = runner.run()) {
                float tokens = tokenCount(batch);
                Weights.Builder gradients = Weights.builder();
                for (int i = 0; i < trained.size(); i++) {
                    VariableParameters.Variable variable = trained.get(i);
                    float[] sums = VariableParameters.stored(variable, (TFloat32) result.get(i));
                    for (int j = 0; j < sums.length; j++) {
                        sums[j] /= tokens;
                    }
                    gradients.put(variable.name(), variable.storedShape().asArray(), sums);
                }
                return gradients.build();
            }
        }
    }
}
