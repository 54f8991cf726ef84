package io.captionstream.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Cuts the examples of a dataset into batches. The order of an epoch is a function of the seed and the epoch's number
 * alone, so that a run can be taken up anywhere.
 */
final class BatchSource {
    private final PixelStore pixels;
    private final List<Example> examples;
    private final int batchSize;
    private final long seed;

    BatchSource(PixelStore pixels, List<Example> examples, int batchSize, long seed) {
        checkArgument(batchSize > 0, "batchSize is not positive: %s", batchSize);
        checkArgument(!examples.isEmpty(), "there are no examples");
        this.pixels = pixels;
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
    Batch batch(int[] order, int batch) throws IOException {
        int from = batch * batchSize;
        int size = Math.min(batchSize, order.length - from);
        checkArgument(batch >= 0 && size > 0, "there is no batch %s", batch);
        int pixelBytes = pixels.geometry().pixelBytes();
        ByteBuffer rgb = ByteBuffer.allocateDirect(Math.multiplyExact(size, pixelBytes));
        try {
            IntStream.range(0, size).parallel().forEach(row -> rgb.put(row * pixelBytes, read(order[from + row])));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        int[][] tokens = IntStream.range(0, size)
                .mapToObj(row -> examples.get(order[from + row]).tokens())
                .toArray(int[][]::new);
        return new Batch(rgb, tokens);
    }

    private byte[] read(int example) {
        try {
            return pixels.pixels(examples.get(example).image());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
