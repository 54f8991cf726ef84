package io.captionstream.training;

import io.captionstream.network.TrainingBatch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The batches of one epoch in order, the next few of them prepared while a step runs. Not thread-safe. */
final class BatchQueue implements AutoCloseable {
    private static final int AHEAD = 3;

    private final BatchSource source;
    private final int[] order;
    private final Deque<Future<TrainingBatch>> prepared = new ArrayDeque<>();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "training-batches");
        thread.setDaemon(true);
        return thread;
    });
    private int next;

    /** @param first number of the batch to start with */
    BatchQueue(BatchSource source, int epoch, int first) {
        this.source = source;
        this.order = source.order(epoch);
        this.next = first;
        for (int i = 0; i < AHEAD; i++) {
            prepare();
        }
    }

    /**
     * The next batch; waits until it is ready.
     *
     * @throws IOException if one of its images cannot be read or decoded
     */
    TrainingBatch next() throws IOException {
        prepare();
        Future<TrainingBatch> batch = prepared.remove();
        try {
            return batch.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for a batch", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("Could not prepare a batch", e.getCause());
        }
    }

    private void prepare() {
        if (next < source.batchesPerEpoch()) {
            int batch = next++;
            prepared.add(executor.submit(() -> source.batch(order, batch)));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
