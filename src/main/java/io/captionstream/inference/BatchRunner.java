package io.captionstream.inference;

import static com.google.common.base.Verify.verify;

import com.google.common.base.Ticker;
import io.captionstream.model.Alternative;
import io.captionstream.model.Captioner;
import io.captionstream.model.DecodingOptions;
import io.captionstream.model.InferenceException;
import io.captionstream.model.InferenceException.Code;
import io.captionstream.model.InputSpec;
import io.captionstream.model.LiveModel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Runs batches through the model, one at a time, and completes every future of each. A batch that fails is halved until
 * the image that breaks it stands alone; all of it, retries included, runs on the captioner that was live when the
 * batch began.
 */
final class BatchRunner {
    private static final Logger log = Logger.getLogger(BatchRunner.class);
    private static final Duration MEMORY_RECOVERY = Duration.ofMinutes(1);

    private final LiveModel model;
    private final BatcherConfig config;
    private final Ticker ticker;
    private final BatcherListener listener;
    private final MemoryCap memory;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    BatchRunner(LiveModel model, BatcherConfig config, Ticker ticker, BatcherListener listener) {
        this.model = model;
        this.config = config;
        this.ticker = ticker;
        this.listener = listener;
        this.memory = new MemoryCap(config.maxBatchSize(), MEMORY_RECOVERY);
    }

    /** Most images the next batch may hold. */
    int maxBatchSize() {
        return memory.current(ticker.read());
    }

    void run(Batch batch) {
        LiveModel.Lease lease;
        try {
            lease = model.acquire();
        } catch (IllegalStateException e) {
            fail(batch, new InferenceException(Code.CLOSED, "Model is closed", e));
            return;
        }
        try (lease) {
            run(lease.captioner(), batch);
        } catch (RuntimeException | Error e) {
            log.errorf(e, "Batch of %d images failed", batch.images().size());
            fail(batch, new InferenceException(Code.MODEL_FAILURE, "Batch failed: " + e, e));
        }
    }

    private static void fail(Batch batch, InferenceException failure) {
        batch.images().forEach(image -> image.future().completeExceptionally(failure));
    }

    private void run(Captioner captioner, Batch batch) {
        long start = ticker.read();
        Deque<List<PendingImage>> parts = new ArrayDeque<>();
        parts.add(withoutStale(batch.images(), captioner.input()));
        while (!parts.isEmpty()) {
            List<PendingImage> part = parts.removeFirst();
            if (part.size() > memory.current(ticker.read())) {
                halve(part, parts);
            } else if (!part.isEmpty()) {
                try {
                    caption(captioner, part, batch.options(), start);
                } catch (InferenceException e) {
                    recover(part, e, parts);
                }
            }
        }
    }

    private static List<PendingImage> withoutStale(List<PendingImage> images, InputSpec input) {
        List<PendingImage> fitting = new ArrayList<>();
        for (PendingImage image : images) {
            if (image.input().equals(input)) {
                fitting.add(image);
            } else {
                image.future().completeExceptionally(new StaleInputException(image.input(), input));
            }
        }
        return fitting;
    }

    private void caption(Captioner captioner, List<PendingImage> images, DecodingOptions options, long start)
            throws InferenceException {
        int paddedSize = config.paddedSize(images.size());
        ByteBuffer rgb = fill(images, captioner.input().bytes(), paddedSize);
        BatchTrace trace = listener.running(captioner.identity(), images.size(), paddedSize);
        long before = ticker.read();
        List<List<Alternative>> results;
        try {
            results = results(captioner, rgb, paddedSize, options, seeds(images, paddedSize));
            trace.ended(null);
        } catch (InferenceException e) {
            trace.ended(e);
            throw e;
        }
        Duration time = Duration.ofNanos(ticker.read() - before);
        listener.inferred(images.size(), paddedSize, time);
        for (int i = 0; i < images.size(); i++) {
            PendingImage image = images.get(i);
            Duration queued = Duration.ofNanos(start - image.submittedNanos());
            List<Alternative> alternatives = results.get(i);
            image.future()
                    .complete(new Inference(
                            captioner.identity(),
                            alternatives,
                            captioner.confidence(alternatives.get(0)),
                            captioner.precision().precision(),
                            images.size(),
                            queued,
                            time,
                            trace));
        }
    }

    private static List<List<Alternative>> results(
            Captioner captioner, ByteBuffer rgb, int size, DecodingOptions options, long[] seeds)
            throws InferenceException {
        try {
            List<List<Alternative>> results = captioner.caption(rgb, size, options, seeds);
            verify(results.size() == size, "%s results for %s images", results.size(), size);
            return results;
        } catch (OutOfMemoryError e) {
            throw new InferenceException(Code.OUT_OF_MEMORY, "Out of memory: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new InferenceException(Code.MODEL_FAILURE, "Model failed: " + e, e);
        }
    }

    private static long[] seeds(List<PendingImage> images, int paddedSize) {
        long[] seeds = new long[paddedSize];
        for (int i = 0; i < images.size(); i++) {
            seeds[i] = images.get(i).seed();
        }
        return seeds;
    }

    private ByteBuffer fill(List<PendingImage> images, int imageBytes, int paddedSize) {
        int bytes = Math.multiplyExact(paddedSize, imageBytes);
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes);
        }
        buffer.clear().limit(bytes);
        for (PendingImage image : images) {
            buffer.put(image.pixels());
        }
        // What an earlier batch left there may be the very image that breaks the model.
        byte[] blank = new byte[imageBytes];
        while (buffer.hasRemaining()) {
            buffer.put(blank);
        }
        return buffer.flip();
    }

    private void recover(List<PendingImage> images, InferenceException failure, Deque<List<PendingImage>> parts) {
        if (failure.code() == Code.OUT_OF_MEMORY) {
            listener.batchSizeLowered(memory.lower(images.size(), ticker.read()));
        }
        // No image is to blame for these.
        boolean ofAll = failure.code() == Code.CLOSED || failure.code() == Code.UNSUPPORTED_OPTIONS;
        if (images.size() > 1 && !ofAll) {
            listener.bisected(images.size(), failure.code());
            halve(images, parts);
            return;
        }
        for (PendingImage image : images) {
            listener.failed(failure.code());
            image.future().completeExceptionally(failure);
        }
    }

    private static void halve(List<PendingImage> images, Deque<List<PendingImage>> parts) {
        int middle = (images.size() + 1) / 2;
        parts.addFirst(images.subList(middle, images.size()));
        parts.addFirst(images.subList(0, middle));
    }
}
