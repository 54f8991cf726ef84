package io.captionstream.scene;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/**
 * Word vectors from co-occurrence, after Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation"
 * (EMNLP 2014): weighted least squares on the logarithm of the counts (equation 8), minimised by AdaGrad as in the
 * paper's reference implementation. Single-threaded and meant for the small vocabulary of synthetic captions.
 */
public final class GloveTrainer {
    private static final int WINDOW = 10;
    private static final double LEARNING_RATE = 0.05;
    private static final double LARGEST_COUNT = 100;
    private static final double WEIGHT_EXPONENT = 0.75;

    private final int dimension;
    private final int iterations;
    private final long seed;

    /**
     * @param dimension length of a vector
     * @param iterations passes over the co-occurrence counts
     * @param seed of the initial vectors and of the order of updates
     */
    public GloveTrainer(int dimension, int iterations, long seed) {
        checkArgument(dimension > 0, "dimension is not positive: %s", dimension);
        checkArgument(iterations > 0, "iterations is not positive: %s", iterations);
        this.dimension = dimension;
        this.iterations = iterations;
        this.seed = seed;
    }

    /** The vector of every word, in alphabetical order: the sum of its word and its context vector, centred. */
    public Map<String, float[]> train(List<List<String>> sentences) {
        List<String> words = new ArrayList<>(
                new TreeSet<>(sentences.stream().flatMap(List::stream).toList()));
        List<Cell> cells = new ArrayList<>(cells(words, sentences));
        Random random = new Random(seed);
        Table word = new Table(words.size(), random);
        Table context = new Table(words.size(), random);
        for (int iteration = 0; iteration < iterations; iteration++) {
            Collections.shuffle(cells, random);
            for (Cell cell : cells) {
                update(word, context, cell);
            }
        }
        return centered(words, word, context);
    }

    /**
     * Sums less their mean. In a small vocabulary every word meets every other one, which leaves a large part common to
     * all vectors (Mu and Viswanath, "All-but-the-Top", 2018).
     */
    private Map<String, float[]> centered(List<String> words, Table word, Table context) {
        double[][] sums = new double[words.size()][dimension];
        double[] mean = new double[dimension];
        for (int row = 0; row < sums.length; row++) {
            for (int i = 0; i < dimension; i++) {
                sums[row][i] = word.values[row][i] + context.values[row][i];
                mean[i] += sums[row][i] / sums.length;
            }
        }
        Map<String, float[]> vectors = new LinkedHashMap<>();
        for (int row = 0; row < sums.length; row++) {
            float[] vector = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                vector[i] = (float) (sums[row][i] - mean[i]);
            }
            vectors.put(words.get(row), vector);
        }
        return vectors;
    }

    /** Counts of word pairs; a pair {@code d} words apart adds {@code 1/d} to both orders. */
    private static List<Cell> cells(List<String> words, List<List<String>> sentences) {
        Map<String, Integer> rows = new LinkedHashMap<>();
        words.forEach(word -> rows.put(word, rows.size()));
        double[][] counts = new double[words.size()][words.size()];
        for (List<String> sentence : sentences) {
            int[] ids = sentence.stream().mapToInt(rows::get).toArray();
            for (int center = 0; center < ids.length; center++) {
                for (int other = Math.max(0, center - WINDOW); other < center; other++) {
                    double weight = 1.0 / (center - other);
                    counts[ids[center]][ids[other]] += weight;
                    counts[ids[other]][ids[center]] += weight;
                }
            }
        }
        List<Cell> cells = new ArrayList<>();
        for (int row = 0; row < counts.length; row++) {
            for (int column = 0; column < counts.length; column++) {
                if (counts[row][column] > 0) {
                    cells.add(new Cell(row, column, counts[row][column]));
                }
            }
        }
        return cells;
    }

    private void update(Table word, Table context, Cell cell) {
        double[] w = word.values[cell.row];
        double[] c = context.values[cell.column];
        // The last entry of a row is its bias.
        double error = w[dimension] + c[dimension] - Math.log(cell.count);
        for (int i = 0; i < dimension; i++) {
            error += w[i] * c[i];
        }
        double weight = cell.count < LARGEST_COUNT ? Math.pow(cell.count / LARGEST_COUNT, WEIGHT_EXPONENT) : 1;
        double scaled = weight * error;
        for (int i = 0; i <= dimension; i++) {
            boolean bias = i == dimension;
            double wordGradient = bias ? scaled : scaled * c[i];
            double contextGradient = bias ? scaled : scaled * w[i];
            word.step(cell.row, i, wordGradient);
            context.step(cell.column, i, contextGradient);
        }
    }

    private record Cell(int row, int column, double count) {}

    private final class Table {
        private final double[][] values;
        private final double[][] squares;

        private Table(int rows, Random random) {
            values = new double[rows][dimension + 1];
            squares = new double[rows][dimension + 1];
            for (int row = 0; row < rows; row++) {
                Arrays.setAll(values[row], i -> (random.nextDouble() - 0.5) / (dimension + 1));
                Arrays.fill(squares[row], 1);
            }
        }

        private void step(int row, int column, double gradient) {
            values[row][column] -= LEARNING_RATE * gradient / Math.sqrt(squares[row][column]);
            squares[row][column] += gradient * gradient;
        }
    }
}
