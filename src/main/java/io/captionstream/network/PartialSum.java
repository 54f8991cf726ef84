package io.captionstream.network;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * The sum of equal lists of tensors, added in the order of the lists whichever is ready first: sums of floating-point
 * numbers depend on their order.
 */
final class PartialSum implements AutoCloseable {
    // Copies, since several outputs of one run may share their memory.
    private final float[][] sums;
    private final Shape[] shapes;
    private final int parts;
    private final List<Tensor> tensors = new ArrayList<>();

    private PartialSum(float[][] sums, Shape[] shapes, int parts) {
        this.sums = sums;
        this.shapes = shapes;
        this.parts = parts;
    }

    /**
     * Waits for all, adds them up and closes them.
     *
     * @param results at least one
     * @throws RuntimeException what the first of them that failed has failed with; then all are closed
     */
    static PartialSum of(List<CompletableFuture<Result>> results) {
        try (Result first = results.get(0).join()) {
            float[][] sums = new float[first.size()][];
            Shape[] shapes = new Shape[sums.length];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = VariableParameters.floats((TFloat32) first.get(i));
                shapes[i] = first.get(i).shape();
            }
            for (CompletableFuture<Result> result : results.subList(1, results.size())) {
                try (Result next = result.join()) {
                    for (int i = 0; i < sums.length; i++) {
                        add(sums[i], VariableParameters.floats((TFloat32) next.get(i)));
                    }
                }
            }
            return new PartialSum(sums, shapes, results.size());
        } catch (CompletionException e) {
            for (CompletableFuture<Result> result : results) {
                var unused = result.thenAccept(Result::close);
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static void add(float[] sum, float[] summand) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += summand[i];
        }
    }

    float scalar(int index) {
        return sums[index][0];
    }

    /** The sum; lives until this is closed. */
    TFloat32 total(int index) {
        return tensor(sums[index], shapes[index]);
    }

    /** The sum divided by the number of lists; lives until this is closed. */
    TFloat32 mean(int index) {
        float[] mean = sums[index].clone();
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= parts;
        }
        return tensor(mean, shapes[index]);
    }

    private TFloat32 tensor(float[] values, Shape shape) {
        TFloat32 tensor = TFloat32.tensorOf(shape, DataBuffers.of(values));
        tensors.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }
}
