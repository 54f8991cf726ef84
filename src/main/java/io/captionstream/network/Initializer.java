package io.captionstream.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Draws the initial values of one tensor. Drawn in Java from a seed and the tensor's name, so that they depend neither on
 * TensorFlow's generators nor on the order in which a graph is built.
 */
@FunctionalInterface
public interface Initializer {
    /**
     * @param shape the stored (PyTorch) shape: outputs first
     * @param random already seeded
     * @return values in row-major order
     */
    float[] values(long[] shape, RandomGenerator random);

    /** All the same value. */
    static Initializer constant(float value) {
        return new Constant(value);
    }

    /** All the same value, which a graph can fill in by itself. */
    record Constant(float value) implements Initializer {
        @Override
        public float[] values(long[] shape, RandomGenerator random) {
            float[] values = new float[Weights.elements(shape)];
            Arrays.fill(values, value);
            return values;
        }
    }

    /** Uniform in {@code [-bound, bound)}. */
    static Initializer uniform(double bound) {
        return (shape, random) -> {
            float[] values = new float[Weights.elements(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            return values;
        };
    }

    /** Normal with variance {@code 2 / fan-in}, before a ReLU (He et al. 2015, "Delving Deep into Rectifiers"). */
    static Initializer he() {
        return (shape, random) -> normal(shape, Math.sqrt(2.0 / fanIn(shape)), random);
    }

    /** Uniform with variance {@code 2 / (fan-in + fan-out)}, before anything else (Glorot and Bengio 2010). */
    static Initializer xavier() {
        return (shape, random) ->
                uniform(Math.sqrt(6.0 / (fanIn(shape) + shape[0]))).values(shape, random);
    }

    private static float[] normal(long[] shape, double deviation, RandomGenerator random) {
        float[] values = new float[Weights.elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    private static double fanIn(long[] shape) {
        double product = 1;
        for (int i = 1; i < shape.length; i++) {
            product *= shape[i];
        }
        return product;
    }
}
