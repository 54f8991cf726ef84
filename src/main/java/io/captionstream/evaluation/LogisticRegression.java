package io.captionstream.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.List;

/**
 * How likely something holds, as a logistic function of what is known: {@code 1 / (1 + exp(-(bias + weights . features)))}.
 *
 * @param weights one per feature
 */
public record LogisticRegression(double bias, ImmutableDoubleArray weights) {
    private static final int MAX_STEPS = 50;
    private static final double PRECISION = 1e-10;

    /** Keeps the weights of features that tell nothing, or the same as others, at zero. */
    private static final double RIDGE = 1e-3;

    /**
     * What was seen.
     *
     * @param features as many in every observation
     * @param holds whether it held
     */
    public record Observation(ImmutableDoubleArray features, boolean holds) {}

    /**
     * Fits by maximum likelihood, with Newton's method. As Platt does for probabilistic outputs (1999, "Probabilistic
     * Outputs for Support Vector Machines"), the targets are a little less than certain, so that there is a fit even where
     * everything held.
     *
     * @param observations at least one
     */
    public static LogisticRegression fit(List<Observation> observations) {
        checkArgument(!observations.isEmpty(), "observations is empty");
        int features = observations.get(0).features.length();
        Scale scale = Scale.of(observations, features);
        double[][] rows = new double[observations.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = scale.row(observations.get(i).features);
        }
        double[] targets = targets(observations);
        double[] weights = new double[features + 1];
        double loss = loss(rows, targets, weights);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] direction = direction(rows, targets, weights);
            double[] next = weights;
            double nextLoss = Double.POSITIVE_INFINITY;
            // A whole step may go too far where the likelihood is steep.
            for (double size = 1; size > 1e-6 && !(nextLoss <= loss); size /= 2) {
                next = plus(weights, direction, size);
                nextLoss = loss(rows, targets, next);
            }
            boolean done = !(loss - nextLoss > PRECISION * Math.abs(loss));
            if (nextLoss <= loss) {
                weights = next;
                loss = nextLoss;
            }
            if (done) {
                break;
            }
        }
        return scale.unscaled(weights);
    }

    /** From 0 to 1. */
    public double probability(ImmutableDoubleArray features) {
        double sum = bias;
        for (int i = 0; i < weights.length(); i++) {
            sum += weights.get(i) * features.get(i);
        }
        return sigmoid(sum);
    }

    private static double[] targets(List<Observation> observations) {
        double held = observations.stream().filter(Observation::holds).count();
        double not = observations.size() - held;
        return observations.stream()
                .mapToDouble(observation -> observation.holds ? (held + 1) / (held + 2) : 1 / (not + 2))
                .toArray();
    }

    private static double loss(double[][] rows, double[] targets, double[] weights) {
        double loss = 0;
        for (int i = 0; i < rows.length; i++) {
            double sum = dot(rows[i], weights);
            // -log of the likelihood, in a form that does not overflow.
            loss += Math.max(sum, 0) + Math.log1p(Math.exp(-Math.abs(sum))) - targets[i] * sum;
        }
        for (int j = 1; j < weights.length; j++) {
            loss += RIDGE / 2 * weights[j] * weights[j];
        }
        return loss;
    }

    /** Newton's: solves Hessian times direction equals minus gradient. */
    private static double[] direction(double[][] rows, double[] targets, double[] weights) {
        int n = weights.length;
        double[][] system = new double[n][n + 1];
        for (int j = 1; j < n; j++) {
            system[j][j] = RIDGE;
            system[j][n] = -RIDGE * weights[j];
        }
        for (int i = 0; i < rows.length; i++) {
            double probability = sigmoid(dot(rows[i], weights));
            double curvature = Math.max(probability * (1 - probability), 1e-12);
            for (int j = 0; j < n; j++) {
                system[j][n] += rows[i][j] * (targets[i] - probability);
                for (int k = 0; k < n; k++) {
                    system[j][k] += curvature * rows[i][j] * rows[i][k];
                }
            }
        }
        return solved(system);
    }

    /** Gauss-Jordan; the matrix is symmetric and positive definite, so that no row has to be exchanged. */
    private static double[] solved(double[][] system) {
        int n = system.length;
        for (int pivot = 0; pivot < n; pivot++) {
            for (int row = 0; row < n; row++) {
                double factor = row == pivot ? 0 : system[row][pivot] / system[pivot][pivot];
                for (int column = pivot; column <= n; column++) {
                    system[row][column] -= factor * system[pivot][column];
                }
            }
        }
        double[] solution = new double[n];
        for (int row = 0; row < n; row++) {
            solution[row] = system[row][n] / system[row][row];
        }
        return solution;
    }

    private static double[] plus(double[] weights, double[] direction, double size) {
        double[] sum = weights.clone();
        for (int j = 0; j < sum.length; j++) {
            sum[j] += size * direction[j];
        }
        return sum;
    }

    private static double dot(double[] row, double[] weights) {
        double sum = 0;
        for (int j = 0; j < row.length; j++) {
            sum += row[j] * weights[j];
        }
        return sum;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Features at mean 0 and deviation 1, so that none outweighs the others. */
    @SuppressWarnings("ArrayRecordComponent") // lives during one fit, never compared
    private record Scale(double[] mean, double[] deviation) {
        static Scale of(List<Observation> observations, int features) {
            double[] mean = new double[features];
            double[] deviation = new double[features];
            for (int j = 0; j < features; j++) {
                int feature = j;
                mean[j] = observations.stream()
                        .mapToDouble(observation -> observation.features.get(feature))
                        .average()
                        .orElseThrow();
                double center = mean[j];
                double variance = observations.stream()
                        .mapToDouble(observation -> Math.pow(observation.features.get(feature) - center, 2))
                        .average()
                        .orElseThrow();
                deviation[j] = variance > 0 ? Math.sqrt(variance) : 1;
            }
            return new Scale(mean, deviation);
        }

        double[] row(ImmutableDoubleArray features) {
            double[] row = new double[mean.length + 1];
            row[0] = 1;
            for (int j = 0; j < mean.length; j++) {
                row[j + 1] = (features.get(j) - mean[j]) / deviation[j];
            }
            return row;
        }

        LogisticRegression unscaled(double[] weights) {
            double bias = weights[0];
            ImmutableDoubleArray.Builder unscaled = ImmutableDoubleArray.builder();
            for (int j = 0; j < mean.length; j++) {
                double weight = weights[j + 1] / deviation[j];
                bias -= weight * mean[j];
                unscaled.add(weight);
            }
            return new LogisticRegression(bias, unscaled.build());
        }
    }
}
