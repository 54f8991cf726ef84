package io.captionstream.network;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import io.captionstream.text.Vocabulary;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Gives a trained network more words: new rows behind the old ones of the embedding and of the output layer. The old rows
 * stay as they are, bit for bit, so the scores of the old words do not change and their probabilities only by the share
 * that the new words take.
 *
 * <p>A new row is the mean of the rows of the old words (the special tokens are none) plus normal noise of a tenth of
 * their standard deviation, drawn from a seed; a word vector, where one is given, replaces the row of the embedding. The
 * output bias of a new word is that of the unknown word: what was said as unknown before may now be named.
 */
public final class VocabularyGrowth {
    private static final String OUTPUT = Decoder.PREFIX + "out.weight";
    private static final String OUTPUT_BIAS = Decoder.PREFIX + "out.bias";
    private static final double NOISE = 0.1;

    private final int tokens;
    private final ImmutableMap<Integer, float[]> vectors;
    private final long seed;

    /**
     * @param tokens the number of tokens to grow to
     * @param vectors word vectors of new words by their numbers; may lack any
     * @param seed of the noise
     */
    public VocabularyGrowth(int tokens, Map<Integer, float[]> vectors, long seed) {
        this.tokens = tokens;
        this.vectors = ImmutableMap.copyOf(vectors);
        this.seed = seed;
    }

    /**
     * The weights of the grown network.
     *
     * @param weights of a network with fewer or as many tokens
     * @throws IllegalArgumentException if they have more tokens or no embedding or output layer, or a word vector is not
     *     of the embedding's length or belongs to an old word
     */
    public Weights weights(Weights weights) {
        int old = rows(weights, Decoder.EMBEDDING);
        checkArgument(rows(weights, OUTPUT) == old, "embedding and output layer have different numbers of tokens");
        vectors.keySet()
                .forEach(id -> checkArgument(
                        id >= old && id < tokens,
                        "a word vector is for token %s, new are %s to %s",
                        id,
                        old,
                        tokens - 1));
        float[] bias = grown(weights, OUTPUT_BIAS);
        Arrays.fill(bias, old, tokens, bias[Vocabulary.UNKNOWN]);
        return weights.with(Weights.builder()
                .put(
                        Decoder.EMBEDDING,
                        shape(weights, Decoder.EMBEDDING),
                        initialised(weights, Decoder.EMBEDDING, vectors))
                .put(OUTPUT, shape(weights, OUTPUT), initialised(weights, OUTPUT, ImmutableMap.of()))
                .put(OUTPUT_BIAS, new long[] {tokens}, bias)
                .build());
    }

    /**
     * The optimizer's state of the grown network: moments of zero for the new rows, so that training goes on as it was.
     *
     * @param state as {@link TrainingGraph#optimizerState} gives it
     */
    public Weights optimizer(Weights state) {
        Weights.Builder grown = Weights.builder();
        for (String moment : new String[] {"m.", "v."}) {
            for (String name : new String[] {Decoder.EMBEDDING, OUTPUT, OUTPUT_BIAS}) {
                String tensor = Adam.PREFIX + moment + name;
                // A frozen embedding has no moments.
                if (state.contains(tensor)) {
                    grown.put(tensor, shape(state, tensor), grown(state, tensor));
                }
            }
        }
        return state.with(grown.build());
    }

    private float[] initialised(Weights weights, String name, Map<Integer, float[]> given) {
        int old = rows(weights, name);
        float[] values = grown(weights, name);
        int columns = values.length / tokens;
        int first = Math.min(Vocabulary.UNKNOWN + 1, old - 1);
        double[] mean = mean(values, first, old, columns);
        double deviation = NOISE * deviation(values, mean, first, old);
        SplittableRandom random = new SplittableRandom(seed ^ name.hashCode());
        for (int row = old; row < tokens; row++) {
            float @Nullable [] vector = given.get(row);
            checkArgument(vector == null || vector.length == columns, "word vectors must have %s numbers", columns);
            for (int column = 0; column < columns; column++) {
                double drawn = mean[column] + deviation * random.nextGaussian();
                values[row * columns + column] = vector == null ? (float) drawn : vector[column];
            }
        }
        return values;
    }

    private static double[] mean(float[] values, int from, int to, int columns) {
        double[] mean = new double[columns];
        for (int i = from * columns; i < to * columns; i++) {
            mean[i % columns] += values[i] / (double) (to - from);
        }
        return mean;
    }

    private static double deviation(float[] values, double[] mean, int from, int to) {
        double squares = 0;
        for (int i = from * mean.length; i < to * mean.length; i++) {
            double difference = values[i] - mean[i % mean.length];
            squares += difference * difference;
        }
        return Math.sqrt(squares / ((to - from) * mean.length));
    }

    /** The values with room for the new rows behind them. */
    private float[] grown(Weights weights, String name) {
        int old = rows(weights, name);
        checkArgument(old <= tokens, "'%s' has %s tokens already, more than %s", name, old, tokens);
        float[] values = weights.array(name);
        return Arrays.copyOf(values, Math.multiplyExact(values.length / old, tokens));
    }

    private long[] shape(Weights weights, String name) {
        long[] shape = weights.shape(name);
        shape[0] = tokens;
        return shape;
    }

    private static int rows(Weights weights, String name) {
        long[] shape = weights.shape(name);
        checkArgument(shape.length > 0 && shape[0] > 0, "'%s' has no rows", name);
        return Math.toIntExact(shape[0]);
    }
}
