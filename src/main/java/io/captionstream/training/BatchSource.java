package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import io.captionstream.network.TrainingBatch;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Cuts the examples of a dataset into batches. The order of an epoch is a function of the seed and the epoch's number
 * alone, so that a run can be taken up anywhere.
 */
final class BatchSource {
    private final BatchInputs inputs;
    private final List<Example> examples;
    private final int batchSize;
    private final long seed;

    BatchSource(BatchInputs inputs, List<Example> examples, int batchSize, long seed) {
        checkArgument(batchSize > 0, "batchSize is not positive: %s", batchSize);
        checkArgument(!examples.isEmpty(), "there are no examples");
        this.inputs = requireNonNull(inputs, "inputs is null");
        this.examples = List.copyOf(examples);
        this.batchSize = Math.min(batchSize, examples.size());
        this.seed = seed;
    }

    int exampleCount() {
        return examples.size();
    }

    int batchSize() {
        return batchSize;
    }

    /**
     * Whole batches of an epoch. What is left over waits for another epoch's order: a small batch would disturb the
     * statistics of batch normalization.
     */
    int batchesPerEpoch() {
        return examples.size() / batchSize;
    }

    /** The examples of an epoch in shuffled order, as indices. */
    int[] order(int epoch) {
        int[] order = IntStream.range(0, examples.size()).toArray();
        // Two draws part the streams of neighbouring seeds and epochs, which SplittableRandom's own steps would not.
        SplittableRandom random =
                new SplittableRandom(new SplittableRandom(seed).nextLong() ^ (epoch * 0x5851f42d4c957f2dL)).split();
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return order;
    }

    /**
     * The examples {@code order[batch * batchSize]} and following.
     *
     * @throws IOException if an image cannot be read or decoded
     */
    TrainingBatch batch(int[] order, int batch) throws IOException {
        int from = batch * batchSize;
        int size = Math.min(batchSize, order.length - from);
        checkArgument(batch >= 0 && size > 0, "there is no batch %s", batch);
        List<Example> chosen = IntStream.range(from, from + size)
                .mapToObj(row -> examples.get(order[row]))
                .toList();
        return inputs.batch(
                chosen.stream().mapToInt(Example::image).toArray(),
                chosen.stream().map(Example::tokens).toArray(int[][]::new));
    }
}
