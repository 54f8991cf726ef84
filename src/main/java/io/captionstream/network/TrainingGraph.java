package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.text.Vocabulary;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * A network with its weights as variables: training steps, evaluation, features. Starts from seeded random weights. On a
 * CPU, equal seeds and equal batches give equal weights, bit for bit, on the same machine with the same number of threads;
 * on a GPU that also needs {@code TF_DETERMINISTIC_OPS=1} in the environment. Not thread-safe.
 */
public final class TrainingGraph implements AutoCloseable {
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
        evaluationLoss = loss(tf, decoder, frozenFeatures, null);
        TrainableConvolutions training = convolutions(tf, true);
        Operand<TFloat32> features = options.trainEncoder() ? encoder.encode(tf, training, images) : frozenFeatures;
        CaptionLoss.@Nullable Dropout dropout =
                options.keepProbability() < 1 ? new CaptionLoss.Dropout(options.keepProbability(), dropoutSeed) : null;
        trainingLoss = loss(tf, decoder, features, dropout);
        trained = parameters.variables().stream().filter(this::isTrained).toList();
        adam = new Adam(graph, tf, parameters, trainingLoss, trained, options.gradientNorm(), training.updates());
        session = new Session(graph);
        parameters.load(session, parameters.initialWeights(seed));
    }

    /**
     * One step of Adam on a batch.
     *
     * @param rgb direct, {@code [B, H, W, 3]} bytes from its position on; the position does not change
     * @param tokens captions as token numbers without start and end; the end is added where the caption has room for it
     *     within the configured length, what is longer is cut
     * @param learningRate of this step
     * @return the mean loss per token before the step, in nats
     */
    public float step(ByteBuffer rgb, int[][] tokens, float learningRate) {
        try (TUint8 pixels = pixels(rgb, tokens.length)) {
            return step(images, pixels, tokens, learningRate);
        }
    }

    /**
     * One step on features of an encoder that does not learn, see {@link #features}: saves the encoder's work in every
     * epoch after the first.
     *
     * @param features {@code [B, F]}
     * @throws IllegalStateException if the encoder learns
     */
    public float stepOnFeatures(float[] features, int[][] tokens, float learningRate) {
        if (options.trainEncoder()) {
            throw new IllegalStateException("the encoder learns, its features change with every step");
        }
        try (TFloat32 rows = TFloat32.tensorOf(Shape.of(tokens.length, featureCount), DataBuffers.of(features))) {
            return step(frozenFeatures, rows, tokens, learningRate);
        }
    }

    private float step(Operand<?> input, Tensor value, int[][] tokens, float learningRate) {
        int[] maskSeed = {(int) seed, (int) steps};
        try (TInt32 labels = labels(tokens);
                TFloat32 rate = TFloat32.scalarOf(learningRate);
                TInt32 mask = TInt32.vectorOf(maskSeed);
                Result result = session.runner()
                        .feed(input.asOutput(), value)
                        .feed(captions, labels)
                        .feed(adam.learningRate(), rate)
                        .feed(dropoutSeed, mask)
                        .addTarget(adam.step())
                        .fetch(trainingLoss.loss())
                        .run()) {
            steps++;
            return ((TFloat32) result.get(0)).getFloat();
        }
    }

    /** The mean loss per token of a batch as in serving: running statistics, no dropout. Parameters as in {@link #step}. */
    public float loss(ByteBuffer rgb, int[][] tokens) {
        try (TUint8 pixels = pixels(rgb, tokens.length);
                TInt32 labels = labels(tokens);
                Result result = session.runner()
                        .feed(images, pixels)
                        .feed(captions, labels)
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
            Ops tf, Decoder decoder, Operand<TFloat32> features, CaptionLoss.@Nullable Dropout dropout) {
        return CaptionLoss.build(
                tf, decoder, parameters, features, featureCount, captions, config.maxLength(), dropout);
    }

    private boolean isTrained(VariableParameters.Variable variable) {
        return variable.trainable()
                && (options.trainEncoder() || !variable.name().startsWith(Encoder.PREFIX))
                && (options.trainEmbedding() || !variable.name().equals(Decoder.EMBEDDING));
    }

    private static boolean isOptimizer(VariableParameters.Variable variable) {
        return variable.name().startsWith(Adam.PREFIX);
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

    private TInt32 labels(int[][] tokens) {
        return TInt32.tensorOf(StdArrays.ndCopyOf(padded(tokens, config.maxLength())));
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
    Weights gradients(ByteBuffer rgb, int[][] tokens) {
        Session.Runner runner = session.runner();
        adam.gradients().forEach(runner::fetch);
        int[] maskSeed = {(int) seed, (int) steps};
        try (TUint8 pixels = pixels(rgb, tokens.length);
                TInt32 labels = labels(tokens);
                TInt32 mask = TInt32.vectorOf(maskSeed);
                Result result = runner.feed(images, pixels)
                        .feed(captions, labels)
                        .feed(dropoutSeed, mask)
                        .run()) {
            Weights.Builder gradients = Weights.builder();
            for (int i = 0; i < trained.size(); i++) {
                VariableParameters.Variable variable = trained.get(i);
                gradients.put(
                        variable.name(),
                        variable.storedShape().asArray(),
                        VariableParameters.stored(variable, (TFloat32) result.get(i)));
            }
            return gradients.build();
        }
    }
}
